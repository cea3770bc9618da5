-- The newest of each authority and channel.
SELECT json_build_object(
    'filing_id', x.filing_id, 'delivery_id', x.delivery_id, 'authority', x.authority,
    'channel', x.channel, 'receipt_number', x.receipt_number, 'person', x.person,
    'name', x.name, 'sent_at', x.sent_at, 'state', x.state, 'proof', x.proof, 'code', x.code,
    'owner', x.owner, 'sentence', x.sentence, 'ended_at', x.ended_at, 'purged_at', x.purged_at
)::text
FROM checks AS x WHERE x.newest = 1 AND $1::text IS NOT NULL
