-- Deliveries by id behind one and up to one, both left out, with what is counted of each. Opened: as
-- soon as somebody at the authority looked at it, acknowledged it or decided.
SELECT json_object(
    'id', d.id, 'filing_id', d.filing_id, 'authority', d.authority, 'channel', d.channel,
    'state', d.state, 'review', d.review, 'channel_since', d.channel_since,
    'delivered_at', d.delivered_at, 'decided_at', d.decided_at, 'revision', d.revision,
    'action', r.action, 'received_at', r.received_at, 'marks', c.marks,
    'opened_at', (
        SELECT min(e.at) FROM events AS e
        WHERE e.filing_id = d.filing_id
            AND e.kind IN ('proof.opened', 'proof.acknowledged', 'decision.made')
            AND e.body ->> '$.delivery' = d.id
    )
)
FROM deliveries AS d
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
LEFT JOIN decisions AS c ON c.delivery_id = d.id
WHERE d.id > $1 ->> '$.after' AND d.id < $1 ->> '$.end' AND d.rule <> 'test'
ORDER BY d.id LIMIT $1 ->> '$.limit'
