INSERT INTO lanes (
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why, cap,
    per_minute, burst, next_free_at, line_ends_at, failing_since, alerted_at, suspended_at,
    last_error, last_owner, updated_at
)
SELECT
    value ->> '$.authority', value ->> '$.channel', value ->> '$.breaker', value ->> '$.failures',
    value ->> '$.openings', value ->> '$.open_until', value ->> '$.paused_at',
    value ->> '$.paused_why', value ->> '$.cap', value ->> '$.per_minute', value ->> '$.burst',
    value ->> '$.next_free_at', value ->> '$.line_ends_at', value ->> '$.failing_since',
    value ->> '$.alerted_at', value ->> '$.suspended_at', value ->> '$.last_error',
    value ->> '$.last_owner', value ->> '$.updated_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (authority, channel) DO UPDATE SET
    breaker = excluded.breaker, failures = excluded.failures, openings = excluded.openings,
    open_until = excluded.open_until, paused_at = excluded.paused_at,
    paused_why = excluded.paused_why, cap = excluded.cap, per_minute = excluded.per_minute,
    burst = excluded.burst, next_free_at = excluded.next_free_at,
    line_ends_at = excluded.line_ends_at, failing_since = excluded.failing_since,
    alerted_at = excluded.alerted_at, suspended_at = excluded.suspended_at,
    last_error = excluded.last_error, last_owner = excluded.last_owner,
    updated_at = excluded.updated_at
