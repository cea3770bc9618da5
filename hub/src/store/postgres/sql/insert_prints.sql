-- None of what was erased meanwhile: nothing would take it away again.
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
WHERE NOT EXISTS (
    SELECT 1 FROM erased AS e WHERE e.filing_id = r.filing_id AND e.what = 'contents'
)
ON CONFLICT (filing_id, revision) DO NOTHING
RETURNING json_build_array(filing_id, revision)::text
