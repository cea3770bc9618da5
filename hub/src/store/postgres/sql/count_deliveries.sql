SELECT json_build_object('state', state, 'channel', channel, 'count', count(*),
    'oldest', min(coalesce(next_attempt_at, updated_at)))::text
FROM deliveries WHERE $1::text IS NOT NULL AND rule <> 'test' GROUP BY state, channel
