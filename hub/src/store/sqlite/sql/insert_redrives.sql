INSERT INTO redrives (
    id, state, cause, owner, authority, channel, from_at, until_at, items, doubtful, overdue,
    near, next_due, done, skipped, why, made_at, made_by, made_name, started_at, started_by,
    started_name, approved_at, approved_by, approved_name, next_at, ended_at
)
SELECT
    value ->> '$.id', value ->> '$.state', value ->> '$.cause', value ->> '$.owner',
    value ->> '$.authority', value ->> '$.channel', value ->> '$.from_at',
    value ->> '$.until_at', value ->> '$.items', value ->> '$.doubtful', value ->> '$.overdue',
    value ->> '$.near', value ->> '$.next_due', value ->> '$.done', value ->> '$.skipped',
    value ->> '$.why', value ->> '$.made_at', value ->> '$.made_by', value ->> '$.made_name',
    value ->> '$.started_at', value ->> '$.started_by', value ->> '$.started_name',
    value ->> '$.approved_at', value ->> '$.approved_by', value ->> '$.approved_name',
    value ->> '$.next_at', value ->> '$.ended_at'
FROM json_each($1)
