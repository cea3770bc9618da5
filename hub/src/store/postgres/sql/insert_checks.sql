-- One at a time of an authority and channel: where another is open, nothing is written.
INSERT INTO checks (
    filing_id, delivery_id, authority, channel, receipt_number, person, name, sent_at, state,
    proof, code, owner, sentence, ended_at, purged_at, newest
)
SELECT
    filing_id, delivery_id, authority, channel, receipt_number, person, name, sent_at, state,
    proof, code, owner, sentence, ended_at, purged_at, 1
FROM unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[],
    $15::bigint[]
) AS r (
    filing_id, delivery_id, authority, channel, receipt_number, person, name, sent_at, state,
    proof, code, owner, sentence, ended_at, purged_at
)
ON CONFLICT DO NOTHING
