INSERT INTO staff_acts (seq, at, person, name, what, subject, why, was, became, hash)
SELECT seq, at, person, name, what, subject, why, was, became, hash
FROM unnest(
    $1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[]
) AS r (seq, at, person, name, what, subject, why, was, became, hash)
