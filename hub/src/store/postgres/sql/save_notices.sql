UPDATE notices AS x SET
    state = r.state, turn = r.turn, tries = r.tries, next_attempt_at = r.next_attempt_at,
    lease_until = r.lease_until, why = r.why, sent_at = r.sent_at,
    updated_at = r.updated_at
FROM json_to_recordset($1::json) AS r (
    id uuid, state text, turn int, tries int, next_attempt_at bigint, lease_until bigint,
    why text, sent_at bigint, updated_at bigint
)
WHERE x.id = r.id
