-- Those of the filings that are finished, and of which nothing was recorded after a time (`quiet`
-- null: whenever). Finished: planned; no delivery is on its way or held; the newest to each
-- authority has not failed, which waits for a person, and was accepted, or nobody decided on it or
-- corrected it since `undecided`; no notice is on its way.
SELECT json_quote(f.id)
FROM filings AS f
WHERE f.id IN (SELECT value FROM json_each($1, '$.ids'))
    AND ($1 ->> '$.quiet' IS NULL OR coalesce((
        SELECT e.at FROM events AS e WHERE e.filing_id = f.id AND e.seq = f.event_seq
    ), 0) <= $1 ->> '$.quiet')
    AND NOT EXISTS (
        SELECT 1 FROM revisions AS r WHERE r.filing_id = f.id
            AND (r.routed_at IS NULL OR (r.problem IS NOT NULL AND f.withdrawn_at IS NULL))
    )
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.filing_id = f.id
            AND (d.state IN ('due', 'sending', 'waiting', 'held') OR (
                (d.state = 'failed' OR (d.state = 'delivered'
                    AND d.review IN ('unopened', 'opened', 'returned')
                    AND d.updated_at > $1 ->> '$.undecided'))
                AND NOT EXISTS (
                    SELECT 1 FROM deliveries AS z
                    WHERE z.filing_id = d.filing_id AND z.authority = d.authority
                        AND z.revision > d.revision
                )
            ))
    )
    AND NOT EXISTS (
        SELECT 1 FROM notices AS n WHERE n.filing_id = f.id AND n.state NOT IN ('sent', 'failed')
    )
