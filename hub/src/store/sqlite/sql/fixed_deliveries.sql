-- What arrived in a span of time, its first moment left out, after tries in vain that began so long
-- before; with the cause of the last of these. The first words on it are the index's own.
SELECT json_object(
    'receipt_number', f.receipt_number, 'revision', x.revision, 'authority', x.authority,
    'delivered_at', x.delivered_at, 'failed_at', x.failed_at, 'cause', x.cause
)
FROM (
    SELECT
        d.id, d.filing_id, d.revision, d.authority, d.delivered_at,
        (SELECT min(a.finished_at) FROM attempts AS a
            WHERE a.delivery_id = d.id AND a.outcome <> 'delivered'
                AND a.detail ->> '$.why.code' <> 'awaiting_pickup') AS failed_at,
        (SELECT a.detail ->> '$.why.code' FROM attempts AS a
            WHERE a.delivery_id = d.id AND a.outcome <> 'delivered'
                AND a.detail ->> '$.why.code' <> 'awaiting_pickup'
            ORDER BY a.number DESC LIMIT 1) AS cause
    FROM deliveries AS d
    WHERE d.state = 'delivered' AND d.attempts > 1 AND d.rule <> 'test'
        AND d.delivered_at > $1 ->> '$.since' AND d.delivered_at <= $1 ->> '$.until'
) AS x JOIN filings AS f ON f.id = x.filing_id
WHERE x.failed_at <= x.delivered_at - ($1 ->> '$.lasted')
ORDER BY x.delivered_at, x.id LIMIT $1 ->> '$.limit'
