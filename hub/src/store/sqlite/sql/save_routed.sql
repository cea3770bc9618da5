UPDATE revisions AS x SET
    routed_at = r.routed_at, plan = r.plan, problem = r.problem
FROM (
    SELECT
        value ->> '$.filing_id' AS filing_id, value ->> '$.revision' AS revision,
        value ->> '$.routed_at' AS routed_at, value ->> '$.plan' AS plan,
        value ->> '$.problem' AS problem
    FROM json_each($1)
) AS r
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
  AND x.routed_at IS NULL
