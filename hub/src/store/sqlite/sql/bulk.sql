SELECT json_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'idempotency_key', x.idempotency_key,
    'sha256', x.sha256, 'file_name', x.file_name, 'head', x.head, 'saved_by', x.saved_by,
    'created_at', x.created_at, 'chosen_at', x.chosen_at,
    'good', (SELECT count(*) FROM bulk_lines AS y
        WHERE y.bulk_id = x.id AND y.state = 'good'),
    'warned', (SELECT count(*) FROM bulk_lines AS y
        WHERE y.bulk_id = x.id AND y.state = 'warned'),
    'bad', (SELECT count(*) FROM bulk_lines AS y
        WHERE y.bulk_id = x.id AND y.state = 'bad'),
    'filed', (SELECT count(*) FROM bulk_lines AS y
        WHERE y.bulk_id = x.id AND y.state = 'filed'),
    'drafted', (SELECT count(*) FROM bulk_lines AS y
        WHERE y.bulk_id = x.id AND y.state = 'drafted')
)
FROM bulks AS x WHERE x.id = $1 ->> '$'
