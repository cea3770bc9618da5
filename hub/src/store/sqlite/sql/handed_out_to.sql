-- Authorities that got a statement over SFTP of this day or a later one.
SELECT DISTINCT json_quote(authority) FROM statement_handouts
WHERE way = 'sftp' AND state = 'sent' AND day >= $1 ->> '$'
