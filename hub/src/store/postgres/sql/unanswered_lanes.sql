-- Of some lanes those over which something was delivered before a moment that nobody has decided on,
-- while the authority has accepted nothing since; and since when the oldest waits. One step into an
-- index for each.
SELECT json_build_object('authority', j.authority, 'channel', j.channel,
    'since', min(d.delivered_at))::text
FROM json_to_recordset(($1::json) -> 'lanes') AS j (authority text, channel text)
CROSS JOIN unnest(ARRAY['unopened', 'opened']) AS r (review)
CROSS JOIN LATERAL (
    SELECT e.delivered_at FROM deliveries AS e
    WHERE e.authority = j.authority AND e.review = r.review
        AND e.review IN ('unopened', 'opened') AND e.state <> 'cancelled'
        AND e.state = 'delivered' AND e.channel = j.channel
        AND e.rule <> 'test'
        AND e.created_at < (($1::json) ->> 'before')::bigint
    ORDER BY e.created_at LIMIT 1
) AS d
WHERE d.delivered_at < (($1::json) ->> 'before')::bigint AND NOT EXISTS (
    SELECT 1 FROM deliveries AS a
    WHERE a.authority = j.authority AND a.review = 'accepted'
        AND a.decided_at >= (($1::json) ->> 'before')::bigint)
GROUP BY j.authority, j.channel
