-- One writer at a time on this engine: no row lock is needed.
SELECT json_object(
    'id', x.id, 'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'kind', x.kind,
    'recipient', x.recipient, 'state', x.state, 'turn', x.turn, 'tries', x.tries,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until, 'why', x.why,
    'created_at', x.created_at, 'sent_at', x.sent_at, 'updated_at', x.updated_at, 'trace', x.trace
)
FROM notices AS x WHERE x.id IN (SELECT value FROM json_each($1))
