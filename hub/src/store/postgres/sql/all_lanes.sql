SELECT json_build_object(
    'authority', x.authority, 'channel', x.channel, 'breaker', x.breaker, 'failures', x.failures,
    'openings', x.openings, 'open_until', x.open_until, 'paused_at', x.paused_at,
    'paused_why', x.paused_why, 'cap', x.cap, 'per_minute', x.per_minute, 'burst', x.burst,
    'next_free_at', x.next_free_at, 'line_ends_at', x.line_ends_at,
    'failing_since', x.failing_since, 'alerted_at', x.alerted_at, 'suspended_at', x.suspended_at,
    'last_error', x.last_error, 'last_owner', x.last_owner,
    'updated_at', x.updated_at
)::text
FROM lanes AS x WHERE $1::text IS NOT NULL
ORDER BY x.authority, x.channel
