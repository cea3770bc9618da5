-- What an authority can see: everything planned for it, unopened first, the oldest first. Two looks,
-- each along an index, so that what was decided in years before is not sorted at every poll.
WITH unopened AS (
    SELECT * FROM deliveries AS y
    WHERE y.authority = $1 ->> '$.authority' AND y.review = 'unopened'
        AND y.state NOT IN ('cancelled', 'failed')
        AND ($1 ->> '$.kind' IS NULL OR EXISTS (
            SELECT 1 FROM filings AS f WHERE f.id = y.filing_id AND f.kind = $1 ->> '$.kind'))
        AND ($1 ->> '$.service' IS NULL OR EXISTS (
            SELECT 1 FROM revisions AS r, json_each(r.document, '$.offices') AS o,
                json_each(o.value, '$.services') AS s
            WHERE r.filing_id = y.filing_id AND r.revision = y.revision
                AND s.value ->> '$.service' = $1 ->> '$.service'))
    ORDER BY y.created_at
    LIMIT CASE WHEN coalesce($1 ->> '$.review', 'unopened') = 'unopened' THEN $1 ->> '$.limit' ELSE 0 END
), others AS (
    SELECT * FROM deliveries AS y
    WHERE y.authority = $1 ->> '$.authority' AND y.review <> 'unopened'
        AND ($1 ->> '$.review' IS NULL OR y.review = $1 ->> '$.review')
        AND y.state NOT IN ('cancelled', 'failed')
        AND ($1 ->> '$.kind' IS NULL OR EXISTS (
            SELECT 1 FROM filings AS f WHERE f.id = y.filing_id AND f.kind = $1 ->> '$.kind'))
        AND ($1 ->> '$.service' IS NULL OR EXISTS (
            SELECT 1 FROM revisions AS r, json_each(r.document, '$.offices') AS o,
                json_each(o.value, '$.services') AS s
            WHERE r.filing_id = y.filing_id AND r.revision = y.revision
                AND s.value ->> '$.service' = $1 ->> '$.service'))
    ORDER BY y.created_at
    LIMIT CASE WHEN $1 ->> '$.review' = 'unopened' THEN 0
        ELSE $1 ->> '$.limit' - (SELECT count(*) FROM unopened) END
)
SELECT json_object(
    'delivery', d.id, 'filing', d.filing_id, 'receipt_number', f.receipt_number,
    'revision', d.revision, 'action', r.action, 'kind', f.kind, 'operator_name', f.operator_name,
    'office_name', f.office_name, 'received_at', r.received_at, 'created_at', d.created_at,
    'state', d.state, 'channel', d.channel, 'review', d.review, 'proof', d.proof,
    'withdrawn_at', f.withdrawn_at, 'rule', d.rule
)
FROM (SELECT * FROM unopened UNION ALL SELECT * FROM others) AS d
JOIN filings AS f ON f.id = d.filing_id
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
ORDER BY d.review <> 'unopened', d.created_at
