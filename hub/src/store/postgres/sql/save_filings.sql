UPDATE filings AS x SET
    revision = r.revision, withdrawn_at = r.withdrawn_at
FROM json_to_recordset($1::json) AS r (
    id uuid, revision int, withdrawn_at bigint
)
WHERE x.id = r.id
