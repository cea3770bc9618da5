-- Of some lanes those over which something was delivered before a moment that nobody has decided on,
-- while the authority has accepted nothing since; and since when the oldest waits. One step into an
-- index for each.
SELECT json_object('authority', j.value ->> '$.authority', 'channel', j.value ->> '$.channel',
    'since', min(d.delivered_at))
FROM json_each($1, '$.lanes') AS j JOIN deliveries AS d ON d.id IN (
    SELECT (
        SELECT e.id FROM deliveries AS e
        WHERE e.authority = j.value ->> '$.authority' AND e.review = r.value
            AND e.review IN ('unopened', 'opened') AND e.state <> 'cancelled'
            AND e.state = 'delivered' AND e.channel = j.value ->> '$.channel'
            AND e.rule <> 'test'
            AND e.created_at < $1 ->> '$.before'
        ORDER BY e.created_at LIMIT 1
    ) FROM json_each('["unopened", "opened"]') AS r
)
WHERE d.delivered_at < $1 ->> '$.before' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS a
    WHERE a.authority = d.authority AND a.review = 'accepted'
        AND a.decided_at >= $1 ->> '$.before')
GROUP BY d.authority, d.channel
