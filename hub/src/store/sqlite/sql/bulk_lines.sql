-- Rows of an upload in their order; no states: in any.
SELECT json_object(
    'bulk_id', x.bulk_id, 'number', x.number, 'corporate_number', x.corporate_number,
    'state', x.state, 'office_name', x.office_name, 'body', x.body, 'cells', x.cells,
    'findings', x.findings, 'filing_id', x.filing_id, 'draft_id', x.draft_id
)
FROM bulk_lines AS x
WHERE x.bulk_id = $1 ->> '$.bulk_id' AND x.number > $1 ->> '$.after'
    AND (json_array_length($1, '$.states') = 0
        OR x.state IN (SELECT value FROM json_each($1, '$.states')))
ORDER BY x.number LIMIT $1 ->> '$.limit'
