DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions
    WHERE seen_at <= $1 ->> '$.seen_before' OR created_at <= $1 ->> '$.begun_before'
    LIMIT $1 ->> '$.limit'
)
