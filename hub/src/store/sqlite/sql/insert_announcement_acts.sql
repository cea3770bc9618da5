INSERT INTO announcement_acts (
    announcement_id, version, kind, said, person, name, at
)
SELECT
    value ->> '$.announcement_id', value ->> '$.version', value ->> '$.kind',
    value ->> '$.said', value ->> '$.person', value ->> '$.name', value ->> '$.at'
FROM json_each($1)
