SELECT json_build_object(
    'id', x.id, 'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'kind', x.kind,
    'recipient', x.recipient, 'state', x.state, 'turn', x.turn, 'tries', x.tries,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until, 'why', x.why,
    'created_at', x.created_at, 'sent_at', x.sent_at, 'updated_at', x.updated_at, 'trace', x.trace
)::text
FROM notices AS x WHERE x.state IN ('waiting', 'sending')
    AND coalesce(x.next_attempt_at, x.lease_until) <= (($1::json) ->> 'now')::bigint
ORDER BY x.updated_at LIMIT (($1::json) ->> 'limit')::bigint
FOR UPDATE SKIP LOCKED
