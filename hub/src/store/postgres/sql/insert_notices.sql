INSERT INTO notices (
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at
)
SELECT
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at
FROM json_to_recordset($1::json) AS r (
    id uuid, filing_id uuid, delivery_id uuid, kind text, recipient text, state text,
    turn int, tries int, next_attempt_at bigint, lease_until bigint, why text,
    created_at bigint, sent_at bigint, updated_at bigint
)
