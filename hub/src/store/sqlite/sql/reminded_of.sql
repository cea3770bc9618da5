-- Of which deliveries was told, at which step and on which day, in that order.
SELECT json_object('delivery', r.delivery_id, 'step', r.step, 'day', m.day, 'state', m.state)
FROM json_each($1) AS j
JOIN reminded AS r ON r.delivery_id = j.value
JOIN reminders AS m ON m.id = r.reminder_id
ORDER BY r.delivery_id, m.day, m.made_at, m.id
