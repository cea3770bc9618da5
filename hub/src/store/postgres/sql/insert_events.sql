INSERT INTO events (
    filing_id, seq, at, kind, body, hash
)
SELECT
    filing_id, seq, at, kind, body, hash
FROM json_to_recordset($1::json) AS r (
    filing_id uuid, seq int, at bigint, kind text, body text, hash text
)
