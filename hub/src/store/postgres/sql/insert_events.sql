INSERT INTO events (
    filing_id, seq, at, kind, body, hash
)
SELECT
    filing_id, seq, at, kind, body, hash
FROM unnest(
    $1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[]
) AS r (
    filing_id, seq, at, kind, body, hash
)
