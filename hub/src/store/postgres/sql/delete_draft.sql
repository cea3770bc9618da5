DELETE FROM drafts
WHERE id = (($1::json) ->> 'id')::uuid AND version = (($1::json) ->> 'version')::bigint
    AND filed_as IS NULL
