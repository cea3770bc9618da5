SELECT json_object(
    'id', x.id, 'state', x.state, 'filing_id', x.filing_id,
    'corporate_number', x.corporate_number, 'filings', x.filings, 'done', x.done,
    'kept', x.kept, 'reached_at', x.reached_at, 'reached_id', x.reached_id, 'why', x.why,
    'made_at', x.made_at, 'made_by', x.made_by, 'made_name', x.made_name,
    'approved_at', x.approved_at, 'approved_by', x.approved_by,
    'approved_name', x.approved_name, 'ended_at', x.ended_at
)
FROM erasures AS x
WHERE x.id = $1 ->> '$'
