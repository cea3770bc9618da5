-- The row of an upload of many that became the filing.
UPDATE bulk_lines SET body = NULL, cells = '[]', findings = '[]', office_name = ''
WHERE corporate_number = ($1::json) ->> 'corporate_number'
    AND filing_id = (($1::json) ->> 'filing')::uuid
