INSERT INTO prints (
    filing_id, revision, sha256, volume, first_byte, bytes, pages, replaced, printed_at
)
SELECT
    value ->> '$.filing_id', value ->> '$.revision', value ->> '$.sha256', value ->> '$.volume',
    value ->> '$.first_byte', value ->> '$.bytes', value ->> '$.pages', value ->> '$.replaced',
    value ->> '$.printed_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (filing_id, revision) DO NOTHING
RETURNING json_array(filing_id, revision)
