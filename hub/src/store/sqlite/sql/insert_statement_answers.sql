INSERT INTO statement_answers (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at
)
SELECT
    value ->> '$.authority', value ->> '$.day', value ->> '$.id', value ->> '$.digest',
    value ->> '$.packages', value ->> '$.answered', value ->> '$.missing',
    value ->> '$.unknown', value ->> '$.other', value ->> '$.differences', value ->> '$.via',
    value ->> '$.person', value ->> '$.name', value ->> '$.at'
FROM json_each($1)
