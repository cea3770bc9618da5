INSERT INTO drafts (
    id, corporate_number, version, kind, office_name, body, saved_by, corrects, filed_as,
    created_at, saved_at
)
SELECT
    value ->> '$.id', value ->> '$.corporate_number', value ->> '$.version', value ->> '$.kind',
    value ->> '$.office_name', value ->> '$.body', value ->> '$.saved_by',
    value ->> '$.corrects', value ->> '$.filed_as', value ->> '$.created_at',
    value ->> '$.saved_at'
FROM json_each($1)
