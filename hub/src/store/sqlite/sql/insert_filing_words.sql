INSERT INTO filing_words (word, filing_id)
SELECT value ->> '$.word', value ->> '$.filing_id' FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (word, filing_id) DO NOTHING
