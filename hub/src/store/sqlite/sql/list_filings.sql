-- Filters are null when not asked for; `before` and `before_id` are the received_at and id of the
-- last row seen: many rows can share one millisecond. Only the page's rows become JSON.
SELECT json_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'corporate_number', x.corporate_number,
    'operator_name', x.operator_name, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'revision', x.revision, 'withdrawn_at', x.withdrawn_at,
    'event_seq', x.event_seq, 'event_head', x.event_head
)
FROM (
    SELECT * FROM filings AS y
    WHERE ($1 ->> '$.corporate_number' IS NULL OR y.corporate_number = $1 ->> '$.corporate_number')
        AND ($1 ->> '$.kind' IS NULL OR y.kind = $1 ->> '$.kind')
        AND (NOT coalesce($1 ->> '$.unplanned', 0)
            OR (y.withdrawn_at IS NULL AND y.id IN (
                SELECT r.filing_id FROM revisions AS r WHERE r.problem IS NOT NULL)))
        AND y.received_at <= coalesce($1 ->> '$.before', 9223372036854775807)
        AND (y.received_at < coalesce($1 ->> '$.before', 9223372036854775807)
            OR y.id < $1 ->> '$.before_id')
    ORDER BY y.received_at DESC, y.id DESC LIMIT $1 ->> '$.limit'
) AS x
ORDER BY x.received_at DESC, x.id DESC
