-- Of which deliveries was told, at which step and on which day, in that order.
SELECT json_build_object(
    'delivery', r.delivery_id, 'step', r.step, 'day', m.day, 'state', m.state
)::text
FROM reminded AS r JOIN reminders AS m ON m.id = r.reminder_id
WHERE r.delivery_id = ANY($1::uuid[])
ORDER BY r.delivery_id, m.day, m.made_at, m.id
