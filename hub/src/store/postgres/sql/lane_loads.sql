-- Lanes of the authorities asked for, with how many of their deliveries are being sent.
SELECT json_build_object('authority', j.authority, 'channel', j.channel,
    'sending', (SELECT count(*) FROM deliveries AS d WHERE d.state = 'sending'
        AND d.authority = j.authority AND d.channel = j.channel),
    'lane', (SELECT json_build_object(
    'authority', x.authority, 'channel', x.channel, 'breaker', x.breaker, 'failures', x.failures,
    'openings', x.openings, 'open_until', x.open_until, 'paused_at', x.paused_at,
    'paused_why', x.paused_why, 'cap', x.cap, 'per_minute', x.per_minute, 'burst', x.burst,
    'next_free_at', x.next_free_at, 'line_ends_at', x.line_ends_at,
    'failing_since', x.failing_since, 'alerted_at', x.alerted_at, 'suspended_at', x.suspended_at,
    'last_error', x.last_error, 'last_owner', x.last_owner,
    'updated_at', x.updated_at
)
        FROM lanes AS x WHERE x.authority = j.authority AND x.channel = j.channel))::text
FROM unnest($1::text[], $2::text[]) AS j (authority, channel)
