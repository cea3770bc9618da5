-- Only over the version that was read: nobody writes over what they have not seen.
UPDATE drafts SET version = version + 1, office_name = $1 ->> '$.office_name',
    body = $1 ->> '$.body', saved_by = $1 ->> '$.saved_by',
    saved_at = $1 ->> '$.saved_at'
WHERE id = $1 ->> '$.id' AND version = $1 ->> '$.version'
    AND filed_as IS NULL
