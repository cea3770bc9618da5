-- Of two processes that start with the same settings the first counts.
INSERT INTO statement_asked (whom, from_day)
SELECT value ->> '$.whom', value ->> '$.from_day' FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
