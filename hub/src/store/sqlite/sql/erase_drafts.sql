-- Those that became the filing, or were to correct it.
DELETE FROM drafts
WHERE corporate_number = $1 ->> '$.corporate_number'
    AND (filed_as = $1 ->> '$.filing' OR corrects = $1 ->> '$.filing')
