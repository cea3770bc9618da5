-- Only over the version that was read: nobody writes over what they have not seen.
UPDATE drafts SET version = version + 1, office_name = ($1::json) ->> 'office_name',
    body = ($1::json) ->> 'body', saved_by = ($1::json) ->> 'saved_by',
    saved_at = (($1::json) ->> 'saved_at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid AND version = (($1::json) ->> 'version')::bigint
    AND filed_as IS NULL
