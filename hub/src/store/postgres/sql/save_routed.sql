UPDATE revisions AS x SET
    routed_at = r.routed_at, plan = r.plan, problem = r.problem
FROM json_to_recordset($1::json) AS r (
    filing_id uuid, revision int, routed_at bigint, plan text, problem text
)
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
  AND x.routed_at IS NULL
