-- Checks of an authority, the newest first.
SELECT json_object(
    'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'authority', x.authority,
    'channel', x.channel, 'receipt_number', x.receipt_number, 'person', x.person,
    'name', x.name, 'sent_at', x.sent_at, 'state', x.state, 'proof', x.proof, 'code', x.code,
    'owner', x.owner, 'sentence', x.sentence, 'ended_at', x.ended_at, 'purged_at', x.purged_at
)
FROM checks AS x WHERE x.authority = $1 ->> '$.authority'
ORDER BY x.sent_at DESC, x.filing_id DESC LIMIT $1 ->> '$.limit'
