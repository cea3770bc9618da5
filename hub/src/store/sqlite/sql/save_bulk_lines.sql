-- Whoever files a row last may have found that another has filed it: that stands.
UPDATE bulk_lines AS x SET
    state = r.state, findings = r.findings, filing_id = r.filing_id, draft_id = r.draft_id
FROM (
    SELECT
        value ->> '$.bulk_id' AS bulk_id, value ->> '$.number' AS number,
        value ->> '$.state' AS state, value ->> '$.findings' AS findings,
        value ->> '$.filing_id' AS filing_id, value ->> '$.draft_id' AS draft_id
    FROM json_each($1)
) AS r
WHERE x.bulk_id = r.bulk_id AND x.number = r.number AND x.state <> 'filed'
