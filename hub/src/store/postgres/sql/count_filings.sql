-- The same roll-up as filing::Status::of: for each authority only the newest delivery counts,
-- and where that was taken away, none.
SELECT json_build_object('status', f.status, 'count', count(*))::text
FROM (
    SELECT CASE
        WHEN x.withdrawn_at IS NOT NULL THEN 'withdrawn'
        WHEN d.filing_id IS NULL THEN 'receiving'
        WHEN d.returned = d.parts THEN 'returned'
        WHEN d.returned > 0 THEN 'partly_returned'
        WHEN d.failed = d.parts THEN 'failed'
        WHEN d.failed > 0 THEN 'partly_failed'
        WHEN d.accepted = d.parts THEN 'accepted'
        WHEN d.arrived < d.parts THEN 'delivering'
        WHEN d.accepted > 0 OR d.opened > 0 THEN 'in_review'
        ELSE 'delivered'
    END AS status
    FROM filings AS x LEFT JOIN (
        SELECT y.filing_id, count(*) AS parts,
            count(*) FILTER (WHERE y.review = 'returned') AS returned,
            count(*) FILTER (WHERE y.review = 'accepted') AS accepted,
            count(*) FILTER (WHERE y.review = 'opened') AS opened,
            count(*) FILTER (WHERE y.state = 'failed') AS failed,
            count(*) FILTER (WHERE y.state = 'delivered') AS arrived
        FROM deliveries AS y
        WHERE y.state <> 'cancelled' AND NOT EXISTS (
            SELECT 1 FROM deliveries AS z
            WHERE z.filing_id = y.filing_id AND z.authority = y.authority
                AND z.revision > y.revision
        )
        GROUP BY y.filing_id
    ) AS d ON d.filing_id = x.id
    WHERE $1::text IS NOT NULL AND x.corporate_number <> '9000000000000'
) AS f GROUP BY f.status
