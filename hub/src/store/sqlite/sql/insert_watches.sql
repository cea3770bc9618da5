INSERT INTO watches (
    id, kind, subject, authority, channel, filing_id, owner, since, due_at, detail, begun_at,
    gone_at, ended_at, begin_alert, end_alert
)
SELECT
    value ->> '$.id', value ->> '$.kind', value ->> '$.subject', value ->> '$.authority',
    value ->> '$.channel', value ->> '$.filing_id', value ->> '$.owner', value ->> '$.since',
    value ->> '$.due_at', value ->> '$.detail', value ->> '$.begun_at', value ->> '$.gone_at',
    value ->> '$.ended_at', value ->> '$.begin_alert', value ->> '$.end_alert'
FROM json_each($1)
