INSERT INTO prints (filing_id, revision, sha256, pages, replaced, printed_at)
SELECT filing_id, revision, sha256, pages, replaced, printed_at
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::bigint[]
) AS r (
    filing_id, revision, sha256, pages, replaced, printed_at
)
ON CONFLICT (filing_id, revision) DO NOTHING
