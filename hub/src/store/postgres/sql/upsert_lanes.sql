INSERT INTO lanes (
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why, cap,
    per_minute, burst, next_free_at, line_ends_at, failing_since, alerted_at, suspended_at,
    last_error, last_owner, updated_at
)
SELECT
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why, cap,
    per_minute, burst, next_free_at, line_ends_at, failing_since, alerted_at, suspended_at,
    last_error, last_owner, updated_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::bigint[],
    $8::text[], $9::int[], $10::int[], $11::int[], $12::bigint[], $13::bigint[], $14::bigint[],
    $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::bigint[]
) AS r (
    authority, channel, breaker, failures, openings, open_until, paused_at, paused_why, cap,
    per_minute, burst, next_free_at, line_ends_at, failing_since, alerted_at, suspended_at,
    last_error, last_owner, updated_at
)
ON CONFLICT (authority, channel) DO UPDATE SET
    breaker = excluded.breaker, failures = excluded.failures, openings = excluded.openings,
    open_until = excluded.open_until, paused_at = excluded.paused_at,
    paused_why = excluded.paused_why, cap = excluded.cap, per_minute = excluded.per_minute,
    burst = excluded.burst, next_free_at = excluded.next_free_at,
    line_ends_at = excluded.line_ends_at, failing_since = excluded.failing_since,
    alerted_at = excluded.alerted_at, suspended_at = excluded.suspended_at,
    last_error = excluded.last_error, last_owner = excluded.last_owner,
    updated_at = excluded.updated_at
