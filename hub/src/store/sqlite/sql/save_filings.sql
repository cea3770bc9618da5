UPDATE filings AS x SET
    revision = r.revision, withdrawn_at = r.withdrawn_at
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.revision' AS revision,
        value ->> '$.withdrawn_at' AS withdrawn_at
    FROM json_each($1)
) AS r
WHERE x.id = r.id
