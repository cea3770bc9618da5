-- What a reminder is about and nobody has opened since, by authority: how much, and since when.
SELECT json_build_object(
    'authority', r.authority, 'count', count(*),
    'oldest', min(coalesce(d.delivered_at, d.channel_since))
)::text
FROM reminded AS r JOIN deliveries AS d ON d.id = r.delivery_id
WHERE r.reminder_id = (($1::json) #>> '{}') AND d.review = 'unopened' AND d.state <> 'cancelled'
GROUP BY r.authority ORDER BY count(*) DESC, r.authority
