-- Rows of an upload in their order; no states: in any.
SELECT json_build_object(
    'bulk_id', x.bulk_id, 'number', x.number, 'corporate_number', x.corporate_number,
    'state', x.state, 'office_name', x.office_name, 'body', x.body, 'cells', x.cells,
    'findings', x.findings, 'filing_id', x.filing_id, 'draft_id', x.draft_id
)::text
FROM bulk_lines AS x
WHERE x.bulk_id = (($1::json) ->> 'bulk_id')::uuid
    AND x.number > (($1::json) ->> 'after')::bigint
    AND (json_array_length(($1::json) -> 'states') = 0
        OR x.state = ANY (ARRAY(SELECT json_array_elements_text(($1::json) -> 'states'))))
ORDER BY x.number LIMIT (($1::json) ->> 'limit')::bigint
