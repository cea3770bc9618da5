SELECT json_build_array(r.filing_id, r.revision)::text
FROM unnest($1::uuid[], $2::int[]) AS j (filing_id, revision)
JOIN revisions AS r ON r.filing_id = j.filing_id AND r.revision = j.revision
