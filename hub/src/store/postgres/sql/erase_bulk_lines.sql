-- The rows of uploads of many that became the filing, or a draft that did or was to correct it.
UPDATE bulk_lines SET body = NULL, cells = '[]', findings = '[]', office_name = ''
WHERE corporate_number = ($1::json) ->> 'corporate_number'
    AND (
        filing_id = (($1::json) ->> 'filing')::uuid
        OR draft_id IN (
            SELECT d.id FROM drafts AS d
            WHERE d.corporate_number = ($1::json) ->> 'corporate_number'
                AND (d.filed_as = (($1::json) ->> 'filing')::uuid
                    OR d.corrects = (($1::json) ->> 'filing')::uuid)
        )
    )
