UPDATE revisions AS x SET document = r.document
FROM (
    SELECT
        value ->> '$.filing_id' AS filing_id, value ->> '$.revision' AS revision,
        value ->> '$.document' AS document
    FROM json_each($1)
) AS r
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
