-- Authorities that got a statement over SFTP of this day or a later one.
SELECT DISTINCT to_json(authority)::text FROM statement_handouts
WHERE way = 'sftp' AND state = 'sent' AND day >= (($1::json) #>> '{}')
