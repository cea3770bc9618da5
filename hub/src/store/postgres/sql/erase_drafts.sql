-- Those that became the filing, or were to correct it.
DELETE FROM drafts
WHERE corporate_number = ($1::json) ->> 'corporate_number'
    AND (filed_as = (($1::json) ->> 'filing')::uuid OR corrects = (($1::json) ->> 'filing')::uuid)
