-- A file that was taken before, by whichever process, is no new answer.
INSERT INTO statement_answers (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at, source
)
SELECT
    value ->> '$.authority', value ->> '$.day', value ->> '$.id', value ->> '$.digest',
    value ->> '$.packages', value ->> '$.answered', value ->> '$.missing',
    value ->> '$.unknown', value ->> '$.other', value ->> '$.differences', value ->> '$.via',
    value ->> '$.person', value ->> '$.name', value ->> '$.at',
    value ->> '$.source'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
