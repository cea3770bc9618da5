DELETE FROM drafts
WHERE id = $1 ->> '$.id' AND version = $1 ->> '$.version'
    AND filed_as IS NULL
