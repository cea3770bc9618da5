-- Checks that are not over, of one authority or of all, the oldest first: those of which there is
-- anything new to say. What waits as it did is left out, so that many who wait hide nobody.
SELECT json_object(
    'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'authority', x.authority,
    'channel', x.channel, 'receipt_number', x.receipt_number, 'person', x.person,
    'name', x.name, 'sent_at', x.sent_at, 'state', x.state, 'proof', x.proof, 'code', x.code,
    'owner', x.owner, 'sentence', x.sentence, 'ended_at', x.ended_at, 'purged_at', x.purged_at
)
FROM checks AS x LEFT JOIN deliveries AS d ON d.id = x.delivery_id
WHERE x.state = 'open' AND ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
    AND (x.sent_at <= $1 ->> '$.late' OR d.id IS NULL
        OR d.state NOT IN ('due', 'sending', 'waiting', 'held')
        OR (d.state IN ('waiting', 'held') AND d.why ->> '$.code' IS NOT x.code))
ORDER BY x.sent_at LIMIT $1 ->> '$.limit'
