UPDATE reminders AS x SET
    state = 'sending', next_attempt_at = NULL, lease_until = (($1::json) ->> 'until')::bigint
WHERE x.id IN (
    SELECT id FROM reminders
    WHERE state IN ('waiting', 'sending')
        AND coalesce(next_attempt_at, lease_until) <= (($1::json) ->> 'now')::bigint
    ORDER BY coalesce(next_attempt_at, lease_until) LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'id', x.id, 'day', x.day, 'step', x.step, 'addressee', x.addressee, 'mail', x.mail,
    'deliveries', x.deliveries, 'state', x.state, 'tries', x.tries,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until, 'why', x.why,
    'made_at', x.made_at, 'sent_at', x.sent_at
)::text
