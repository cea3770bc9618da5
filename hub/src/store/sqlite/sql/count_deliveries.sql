SELECT json_object('state', state, 'channel', channel, 'count', count(*),
    'oldest', min(coalesce(next_attempt_at, updated_at)))
FROM deliveries WHERE $1 IS NOT NULL AND rule <> 'test' GROUP BY state, channel
