-- Checks that are not over, of one authority or of all, the oldest first.
SELECT json_object(
    'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'authority', x.authority,
    'channel', x.channel, 'receipt_number', x.receipt_number, 'person', x.person,
    'name', x.name, 'sent_at', x.sent_at, 'state', x.state, 'proof', x.proof, 'code', x.code,
    'owner', x.owner, 'sentence', x.sentence, 'ended_at', x.ended_at, 'purged_at', x.purged_at
)
FROM checks AS x
WHERE x.state = 'open' AND ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
ORDER BY x.sent_at LIMIT $1 ->> '$.limit'
