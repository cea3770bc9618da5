INSERT INTO erased (filing_id, what, erasure_id, at)
SELECT filing_id, what, erasure_id, at
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
    AS r (filing_id, what, erasure_id, at)
ON CONFLICT (filing_id, what) DO NOTHING
