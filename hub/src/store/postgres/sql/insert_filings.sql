INSERT INTO filings (
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
)
SELECT
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::int[], $9::bigint[], $10::int[], $11::text[]
) AS r (
    id, receipt_number, corporate_number, operator_name, kind, office_name, received_at,
    revision, withdrawn_at, event_seq, event_head
)
