-- The tries of an authority's newest deliveries, the newest first.
SELECT json_build_object(
    'delivery_id', x.delivery_id, 'channel', x.channel, 'started_at', x.started_at,
    'finished_at', x.finished_at, 'outcome', x.outcome
)::text
FROM (
    SELECT y.id FROM deliveries AS y WHERE y.authority = ($1::json) ->> 'authority'
    ORDER BY y.created_at DESC LIMIT (($1::json) ->> 'deliveries')::bigint
) AS d
JOIN attempts AS x ON x.delivery_id = d.id
ORDER BY x.started_at DESC, x.delivery_id, x.number DESC
LIMIT (($1::json) ->> 'limit')::bigint
