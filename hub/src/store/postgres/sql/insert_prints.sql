INSERT INTO prints (
    filing_id, revision, sha256, volume, first_byte, bytes, pages, replaced, printed_at
)
SELECT filing_id, revision, sha256, volume, first_byte, bytes, pages, replaced, printed_at
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::int[],
    $8::text[], $9::bigint[]
) AS r (
    filing_id, revision, sha256, volume, first_byte, bytes, pages, replaced, printed_at
)
ON CONFLICT (filing_id, revision) DO NOTHING
RETURNING json_build_array(filing_id, revision)::text
