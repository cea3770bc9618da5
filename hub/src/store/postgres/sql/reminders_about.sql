-- What was told about an authority, the newest first; `deliveries` counts its own alone.
SELECT json_build_object(
    'id', x.id, 'day', x.day, 'step', x.step, 'addressee', x.addressee, 'mail', x.mail,
    'deliveries', o.deliveries, 'state', x.state, 'tries', x.tries,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until, 'why', x.why,
    'made_at', x.made_at, 'sent_at', x.sent_at
)::text
FROM (
    SELECT reminder_id, count(*) AS deliveries FROM reminded
    WHERE authority = ($1::json) ->> 'authority'
    GROUP BY reminder_id ORDER BY reminder_id DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS o
JOIN reminders AS x ON x.id = o.reminder_id
ORDER BY x.id DESC
