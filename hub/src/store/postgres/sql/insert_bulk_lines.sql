INSERT INTO bulk_lines (
    bulk_id, number, corporate_number, state, office_name, body, cells, findings, filing_id,
    draft_id
)
SELECT
    bulk_id, number, corporate_number, state, office_name, body, cells, findings, filing_id,
    draft_id
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::uuid[], $10::uuid[]
) AS r (
    bulk_id, number, corporate_number, state, office_name, body, cells, findings, filing_id,
    draft_id
)
