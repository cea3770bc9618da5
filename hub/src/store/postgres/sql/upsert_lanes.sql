INSERT INTO lanes (
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why,
    cap, last_error, updated_at
)
SELECT
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why,
    cap, last_error, updated_at
FROM json_to_recordset($1::json) AS r (
    authority text, channel text, breaker text, failures int, openings int,
    open_until bigint, paused_at bigint, paused_why text, cap int, last_error text,
    updated_at bigint
)
ON CONFLICT (authority, channel) DO UPDATE SET
    breaker = excluded.breaker, failures = excluded.failures, openings = excluded.openings,
    open_until = excluded.open_until, paused_at = excluded.paused_at,
    paused_why = excluded.paused_why, cap = excluded.cap, last_error = excluded.last_error,
    updated_at = excluded.updated_at
