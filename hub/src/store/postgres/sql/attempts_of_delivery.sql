SELECT json_build_object(
    'delivery_id', x.delivery_id, 'number', x.number, 'channel', x.channel,
    'started_at', x.started_at, 'finished_at', x.finished_at, 'outcome', x.outcome,
    'detail', x.detail, 'trace', x.trace
)::text
FROM attempts AS x WHERE x.delivery_id = (($1::json) #>> '{}')::uuid
ORDER BY x.number
