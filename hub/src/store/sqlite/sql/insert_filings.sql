INSERT INTO filings (
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
)
SELECT
    value ->> '$.id', value ->> '$.receipt_number', value ->> '$.corporate_number',
    value ->> '$.operator_name', value ->> '$.kind', value ->> '$.office_name',
    value ->> '$.received_at', value ->> '$.revision', value ->> '$.withdrawn_at',
    value ->> '$.event_seq', value ->> '$.event_head'
FROM json_each($1)
