INSERT INTO bulk_lines (
    bulk_id, number, corporate_number, state, office_name, body, cells, findings, filing_id,
    draft_id
)
SELECT
    value ->> '$.bulk_id', value ->> '$.number', value ->> '$.corporate_number',
    value ->> '$.state', value ->> '$.office_name', value ->> '$.body', value ->> '$.cells',
    value ->> '$.findings', value ->> '$.filing_id', value ->> '$.draft_id'
FROM json_each($1)
