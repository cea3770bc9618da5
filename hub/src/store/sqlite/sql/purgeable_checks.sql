-- Tests that may be purged: over, and nothing on its way, of one authority or of all, one of them or all,
-- the oldest first. That it is a test is asked of the filing and of its deliveries, not of this row.
SELECT json_object(
    'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'authority', x.authority,
    'channel', x.channel, 'receipt_number', x.receipt_number, 'person', x.person,
    'name', x.name, 'sent_at', x.sent_at, 'state', x.state, 'proof', x.proof, 'code', x.code,
    'owner', x.owner, 'sentence', x.sentence, 'ended_at', x.ended_at, 'purged_at', x.purged_at
)
FROM checks AS x JOIN filings AS f ON f.id = x.filing_id
WHERE x.purged_at IS NULL AND x.state <> 'open' AND x.sent_at < $1 ->> '$.before'
    AND ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
    AND ($1 ->> '$.delivery' IS NULL OR x.delivery_id = $1 ->> '$.delivery')
    AND f.corporate_number = '9000000000000'
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.filing_id = x.filing_id
            AND (d.rule <> 'test' OR d.authority <> x.authority
                OR d.state IN ('due', 'sending', 'waiting', 'held'))
    )
ORDER BY x.sent_at LIMIT $1 ->> '$.limit'
