-- What some authorities have not opened, though it lies there since before a moment; where an earlier
-- step is asked for, what that step told until a day, or told nobody of. Whoever makes the same at the
-- same time waits here, and then finds it made. The second word on `review` is the index's own.
INSERT INTO reminded (delivery_id, step, authority, reminder_id)
SELECT d.id, ($1::json) ->> 'step', d.authority, ($1::json) ->> 'reminder'
FROM deliveries AS d
WHERE d.authority IN (SELECT json_array_elements_text(($1::json) -> 'authorities'))
    AND d.review = 'unopened' AND d.review IN ('unopened', 'opened') AND d.state <> 'cancelled'
    AND d.rule <> 'test'
    AND (d.state = 'delivered' OR (d.state = 'waiting' AND d.channel = 'pull'))
    AND coalesce(d.delivered_at, d.channel_since) < (($1::json) ->> 'before')::bigint
    AND (($1::json) ->> 'after' IS NULL OR EXISTS (
        SELECT 1 FROM reminded AS r JOIN reminders AS m ON m.id = r.reminder_id
        WHERE r.delivery_id = d.id AND r.step = ($1::json) ->> 'after'
            AND (m.day <= ($1::json) ->> 'told_until' OR m.state IN ('failed', 'unaddressed'))))
ON CONFLICT DO NOTHING
