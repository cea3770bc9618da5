UPDATE checks AS x SET
    state = r.state, proof = r.proof, code = r.code, owner = r.owner, sentence = r.sentence,
    ended_at = r.ended_at
FROM (
    SELECT
        value ->> '$.filing_id' AS filing_id, value ->> '$.state' AS state,
        value ->> '$.proof' AS proof, value ->> '$.code' AS code, value ->> '$.owner' AS owner,
        value ->> '$.sentence' AS sentence, value ->> '$.ended_at' AS ended_at
    FROM json_each($1)
) AS r
WHERE x.filing_id = r.filing_id AND x.state = 'open'
