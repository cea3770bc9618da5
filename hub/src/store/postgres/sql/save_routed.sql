-- Said as in `unrouted`.
UPDATE revisions AS x SET
    routed_at = r.routed_at, plan = r.plan, problem = r.problem
FROM unnest(
    $1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[]
) AS r (
    filing_id, revision, routed_at, plan, problem
)
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
  AND coalesce(x.routed_at, 0) = 0
