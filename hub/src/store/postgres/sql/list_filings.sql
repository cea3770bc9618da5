-- Filters are null when not asked for; `before` and `before_id` are the received_at and id of the
-- last row seen: many rows can share one millisecond. Only the page's rows become JSON.
-- Planned for what is asked for: IS NULL then goes away, and what is left finds an index.
SELECT json_build_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'corporate_number', x.corporate_number,
    'operator_name', x.operator_name, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'revision', x.revision, 'withdrawn_at', x.withdrawn_at,
    'event_seq', x.event_seq, 'event_head', x.event_head
)::text
FROM (
    SELECT * FROM filings AS y
    WHERE (($1::json) ->> 'corporate_number' IS NULL
            OR y.corporate_number = ($1::json) ->> 'corporate_number')
        AND (($1::json) ->> 'kind' IS NULL OR y.kind = ($1::json) ->> 'kind')
        AND (NOT coalesce((($1::json) ->> 'unplanned')::boolean, false)
            OR (y.withdrawn_at IS NULL AND y.id = ANY (ARRAY(
                SELECT r.filing_id FROM revisions AS r WHERE r.problem IS NOT NULL))))
        AND y.received_at <= coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
        AND (y.received_at < coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
            OR y.id < (($1::json) ->> 'before_id')::uuid)
    ORDER BY y.received_at DESC, y.id DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x
ORDER BY x.received_at DESC, x.id DESC
