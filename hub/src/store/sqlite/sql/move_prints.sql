-- Prints that lie in another volume now. Who asks counts the rows: one that was erased meanwhile is
-- in those bytes as well, and they must not be named.
UPDATE prints AS x SET volume = r.volume, first_byte = r.first_byte
FROM (
    SELECT
        value ->> '$.filing_id' AS filing_id, value ->> '$.revision' AS revision,
        value ->> '$.volume' AS volume, value ->> '$.first_byte' AS first_byte
    FROM json_each($1)
) AS r
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
