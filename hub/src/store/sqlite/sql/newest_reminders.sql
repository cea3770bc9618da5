-- All reminders, the newest first.
SELECT json_object(
    'id', x.id, 'day', x.day, 'step', x.step, 'addressee', x.addressee, 'mail', x.mail,
    'deliveries', x.deliveries, 'state', x.state, 'tries', x.tries,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until, 'why', x.why,
    'made_at', x.made_at, 'sent_at', x.sent_at
)
FROM reminders AS x ORDER BY x.id DESC LIMIT $1 ->> '$'
