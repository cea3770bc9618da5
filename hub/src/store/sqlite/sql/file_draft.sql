UPDATE drafts SET filed_as = $1 ->> '$.filing'
WHERE id = $1 ->> '$.id'
