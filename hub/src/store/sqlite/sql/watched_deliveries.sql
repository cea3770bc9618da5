-- What is not delivered and has a cause, the newest first: whose deadline may be near. What waits for
-- its turn is left out, and what lies in an inbox, of which reminders tell; and what was withdrawn. Goes
-- by deliveries_in_trouble, and reads no more than is in it; without the `+` an engine may go by time.
SELECT json_object(
    'id', x.id, 'filing_id', x.filing_id, 'authority', x.authority, 'owner', x.owner,
    'cause', x.cause, 'created_at', x.created_at
)
FROM (
    SELECT y.id, y.filing_id, y.authority, y.owner, y.why ->> '$.code' AS cause, y.created_at
    FROM deliveries AS y
    WHERE y.state IN ('waiting', 'held', 'failed') AND y.why ->> '$.code' NOT IN
        ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping')
        AND y.rule <> 'test'
    ORDER BY +y.created_at DESC, y.id DESC LIMIT $1 ->> '$'
) AS x
WHERE (SELECT f.withdrawn_at FROM filings AS f WHERE f.id = x.filing_id) IS NULL
