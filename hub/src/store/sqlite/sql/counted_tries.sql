-- Tries of some deliveries by channel: those that arrived, and those that an endpoint or the way to it
-- let down. What waits to be fetched, or failed through others, tells nothing of an endpoint.
SELECT json_object(
    'delivery_id', x.delivery_id, 'channel', x.channel, 'tries', count(*),
    'failed', count(*) FILTER (WHERE x.outcome <> 'delivered')
)
FROM attempts AS x
WHERE x.delivery_id IN (SELECT value FROM json_each($1)) AND x.channel <> 'pull'
    AND (x.outcome = 'delivered' OR x.detail ->> '$.why.owner' IN ('authority', 'network'))
GROUP BY x.delivery_id, x.channel
