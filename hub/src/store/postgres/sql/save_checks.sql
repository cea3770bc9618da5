UPDATE checks AS x SET
    state = r.state, proof = r.proof, code = r.code, owner = r.owner, sentence = r.sentence,
    ended_at = r.ended_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]
) AS r (
    filing_id, state, proof, code, owner, sentence, ended_at
)
WHERE x.filing_id = r.filing_id AND x.state = 'open'
