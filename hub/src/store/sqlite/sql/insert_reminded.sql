-- What some authorities have not opened, though it lies there since before a moment; where an earlier
-- step is asked for, what that step told until a day, or told nobody of. The second word on `review`
-- is the index's own.
INSERT INTO reminded (delivery_id, step, authority, reminder_id)
SELECT d.id, $1 ->> '$.step', d.authority, $1 ->> '$.reminder'
FROM json_each($1, '$.authorities') AS j JOIN deliveries AS d ON d.authority = j.value
WHERE d.review = 'unopened' AND d.review IN ('unopened', 'opened') AND d.state <> 'cancelled'
    AND d.rule <> 'test'
    AND (d.state = 'delivered' OR (d.state = 'waiting' AND d.channel = 'pull'))
    AND coalesce(d.delivered_at, d.channel_since) < $1 ->> '$.before'
    AND ($1 ->> '$.after' IS NULL OR EXISTS (
        SELECT 1 FROM reminded AS r JOIN reminders AS m ON m.id = r.reminder_id
        WHERE r.delivery_id = d.id AND r.step = $1 ->> '$.after'
            AND (m.day <= $1 ->> '$.told_until' OR m.state IN ('failed', 'unaddressed'))))
ON CONFLICT DO NOTHING
