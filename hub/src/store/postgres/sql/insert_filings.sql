INSERT INTO filings (
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
)
SELECT
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
FROM json_to_recordset($1::json) AS r (
    id uuid, receipt_number text, corporate_number text, operator_name text, kind text,
    office_name text, received_at bigint, revision int, withdrawn_at bigint, event_seq int,
    event_head text
)
