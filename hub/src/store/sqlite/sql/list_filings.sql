-- Filters are null when not asked for; `before` and `before_id` are the received_at and id of the
-- last row seen: many rows can share one millisecond.
SELECT json_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'corporate_number', x.corporate_number,
    'operator_name', x.operator_name, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'revision', x.revision, 'withdrawn_at', x.withdrawn_at,
    'event_seq', x.event_seq, 'event_head', x.event_head
)
FROM filings AS x
WHERE x.corporate_number = coalesce($1 ->> '$.corporate_number', x.corporate_number)
    AND x.kind = coalesce($1 ->> '$.kind', x.kind)
    AND (NOT coalesce($1 ->> '$.unplanned', 0) OR (x.withdrawn_at IS NULL AND EXISTS (
        SELECT 1 FROM revisions AS r WHERE r.filing_id = x.id AND r.problem IS NOT NULL)))
    AND (x.received_at < coalesce($1 ->> '$.before', 9223372036854775807)
        OR (x.received_at = $1 ->> '$.before' AND x.id < $1 ->> '$.before_id'))
ORDER BY x.received_at DESC, x.id DESC LIMIT $1 ->> '$.limit'
