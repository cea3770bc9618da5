-- Said so that the index of what is not planned is no way to them: until a vacuum it also holds all
-- that was planned since, and the planner, who saw it empty, would read all of that each time.
SELECT
    r.filing_id, r.revision, r.action, r.received_at, r.corporate_number, r.idempotency_key,
    r.document, r.document_sha256, r.only_authorities, r.routed_at, r.plan, r.problem,
    r.trace
FROM unnest($1::uuid[], $2::int[]) AS j (filing_id, revision)
JOIN revisions AS r ON r.filing_id = j.filing_id AND r.revision = j.revision
WHERE coalesce(r.routed_at, 0) = 0
ORDER BY r.filing_id, r.revision
FOR UPDATE OF r
