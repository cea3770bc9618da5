-- One at a time of an authority and channel: where another is open, nothing is written.
INSERT INTO checks (
    filing_id, delivery_id, authority, channel, receipt_number, person, name, sent_at, state,
    proof, code, owner, sentence, ended_at, purged_at, newest
)
SELECT
    value ->> '$.filing_id', value ->> '$.delivery_id', value ->> '$.authority',
    value ->> '$.channel', value ->> '$.receipt_number', value ->> '$.person',
    value ->> '$.name', value ->> '$.sent_at', value ->> '$.state', value ->> '$.proof',
    value ->> '$.code', value ->> '$.owner', value ->> '$.sentence', value ->> '$.ended_at',
    value ->> '$.purged_at', 1
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
