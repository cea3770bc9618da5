-- Whoever files a row last may have found that another has filed it: that stands.
UPDATE bulk_lines AS x SET
    state = r.state, findings = r.findings, filing_id = r.filing_id, draft_id = r.draft_id
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::uuid[]
) AS r (bulk_id, number, state, findings, filing_id, draft_id)
WHERE x.bulk_id = r.bulk_id AND x.number = r.number AND x.state <> 'filed'
