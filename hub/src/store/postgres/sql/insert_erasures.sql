INSERT INTO erasures (
    id, state, filing_id, corporate_number, filings, done, kept, reached_at, reached_id, why,
    made_at, made_by, made_name, approved_at, approved_by, approved_name, ended_at
)
SELECT
    id, state, filing_id, corporate_number, filings, done, kept, reached_at, reached_id, why,
    made_at, made_by, made_name, approved_at, approved_by, approved_name, ended_at
FROM unnest(
    $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[],
    $8::bigint[], $9::uuid[], $10::text[], $11::bigint[], $12::text[], $13::text[],
    $14::bigint[], $15::text[], $16::text[], $17::bigint[]
) AS r (
    id, state, filing_id, corporate_number, filings, done, kept, reached_at, reached_id, why,
    made_at, made_by, made_name, approved_at, approved_by, approved_name, ended_at
)
