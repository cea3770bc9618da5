UPDATE filings AS x SET
    revision = r.revision, withdrawn_at = r.withdrawn_at
FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS r (id, revision, withdrawn_at)
WHERE x.id = r.id
