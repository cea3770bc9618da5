SELECT json_build_object(
    'delivery_id', x.delivery_id, 'number', x.number, 'channel', x.channel,
    'started_at', x.started_at, 'finished_at', x.finished_at, 'outcome', x.outcome,
    'detail', x.detail, 'trace', x.trace
)::text
FROM attempts AS x JOIN deliveries AS d ON d.id = x.delivery_id
WHERE d.filing_id = (($1::json) #>> '{}')::uuid
ORDER BY x.started_at, x.delivery_id, x.number
