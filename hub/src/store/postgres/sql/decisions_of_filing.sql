SELECT json_build_object(
    'delivery_id', x.delivery_id, 'verdict', x.verdict, 'comment', x.comment, 'files', x.files,
    'marks', x.marks, 'source', x.source, 'decided_at', x.decided_at
)::text
FROM deliveries AS d JOIN decisions AS x ON x.delivery_id = d.id
WHERE d.filing_id = (($1::json) #>> '{}')::uuid
ORDER BY x.decided_at, x.delivery_id
