DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions
    WHERE seen_at <= (($1::json) ->> 'seen_before')::bigint
        OR created_at <= (($1::json) ->> 'begun_before')::bigint
    LIMIT (($1::json) ->> 'limit')::bigint
)
