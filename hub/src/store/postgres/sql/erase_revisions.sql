UPDATE revisions AS x SET document = r.document
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r (filing_id, revision, document)
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
