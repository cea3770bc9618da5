-- Lists show these as they are, in whatever build.
UPDATE filings SET operator_name = '(消去済み)', office_name = '(消去済み)'
WHERE id = (($1::json) #>> '{}')::uuid
