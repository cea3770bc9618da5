-- What an authority has accepted and not taken out yet, in the order of its decisions, from a moment on.
SELECT json_object('delivery', d.id, 'decided_at', d.decided_at)
FROM deliveries AS d
WHERE d.authority = $1 ->> '$.authority' AND d.review = 'accepted' AND d.rule <> 'test'
    AND d.decided_at >= $1 ->> '$.from'
    AND NOT EXISTS (SELECT 1 FROM exported AS e WHERE e.delivery_id = d.id)
ORDER BY d.decided_at, d.id LIMIT $1 ->> '$.limit'
