-- What an operator has filed, the newest first. Filters are null when not asked for; `before` and
-- `before_id` are the received_at and id of the last row seen. A state is rolled up as in
-- filing::Status::of, in the four groups that matter to who filed: for each authority only the
-- newest delivery counts, and where that was taken away, none.
SELECT json_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'corporate_number', x.corporate_number,
    'operator_name', x.operator_name, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'revision', x.revision, 'withdrawn_at', x.withdrawn_at,
    'event_seq', x.event_seq, 'event_head', x.event_head
)
FROM (
    SELECT * FROM filings AS y
    WHERE y.corporate_number = $1 ->> '$.corporate_number'
        AND ($1 ->> '$.kind' IS NULL OR y.kind = $1 ->> '$.kind')
        AND ($1 ->> '$.text' IS NULL OR instr(y.office_name, $1 ->> '$.text') > 0)
        AND y.received_at <= coalesce($1 ->> '$.before', 9223372036854775807)
        AND (y.received_at < coalesce($1 ->> '$.before', 9223372036854775807)
            OR y.id < $1 ->> '$.before_id')
        AND ($1 ->> '$.state' IS NULL OR $1 ->> '$.state' = (
            SELECT CASE
                WHEN y.withdrawn_at IS NOT NULL THEN 'withdrawn'
                WHEN count(*) FILTER (WHERE d.review = 'returned') > 0 THEN 'returned'
                WHEN count(*) > 0
                    AND count(*) FILTER (WHERE d.review = 'accepted') = count(*) THEN 'accepted'
                ELSE 'moving'
            END
            FROM deliveries AS d
            WHERE d.filing_id = y.id AND d.state <> 'cancelled' AND NOT EXISTS (
                SELECT 1 FROM deliveries AS z
                WHERE z.filing_id = d.filing_id AND z.authority = d.authority
                    AND z.revision > d.revision
            )
        ))
    ORDER BY y.received_at DESC, y.id DESC LIMIT $1 ->> '$.limit'
) AS x
ORDER BY x.received_at DESC, x.id DESC
