INSERT INTO ledger_profiles (sha256, id, text)
SELECT value ->> '$.sha256', value ->> '$.id', value ->> '$.text'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (sha256) DO NOTHING
