-- None of what was erased meanwhile: nothing would take it away again.
INSERT INTO prints (
    filing_id, revision, sha256, volume, first_byte, bytes, pages, replaced, printed_at
)
SELECT
    value ->> '$.filing_id', value ->> '$.revision', value ->> '$.sha256', value ->> '$.volume',
    value ->> '$.first_byte', value ->> '$.bytes', value ->> '$.pages', value ->> '$.replaced',
    value ->> '$.printed_at'
FROM json_each($1)
WHERE NOT EXISTS (
    SELECT 1 FROM erased AS e
    WHERE e.filing_id = value ->> '$.filing_id' AND e.what = 'contents'
)
ON CONFLICT (filing_id, revision) DO NOTHING
RETURNING json_array(filing_id, revision)
