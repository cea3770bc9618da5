-- What came for an authority, in some states of review (`review` null: in all), the newest first;
-- `at` and `id` are the created_at and id of the last row seen. What is cancelled never went out.
SELECT json_build_object(
    'delivery', d.id, 'filing', d.filing_id, 'receipt_number', f.receipt_number,
    'revision', d.revision, 'action', r.action, 'kind', f.kind, 'operator_name', f.operator_name,
    'office_name', f.office_name, 'received_at', r.received_at, 'created_at', d.created_at,
    'state', d.state, 'channel', d.channel, 'review', d.review, 'proof', d.proof,
    'withdrawn_at', f.withdrawn_at, 'rule', d.rule
)::text
FROM deliveries AS d
JOIN filings AS f ON f.id = d.filing_id
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
WHERE d.authority = ($1::json) ->> 'authority' AND d.state <> 'cancelled'
    AND (($1::json) ->> 'review' IS NULL OR strpos(' ' || (($1::json) ->> 'review') || ' ', ' ' || d.review || ' ') > 0)
    AND d.created_at <= coalesce((($1::json) ->> 'at')::bigint, 9223372036854775807)
    AND (d.created_at < coalesce((($1::json) ->> 'at')::bigint, 9223372036854775807) OR d.id < (($1::json) ->> 'id')::uuid)
    AND (($1::json) ->> 'assignee' IS NULL OR (
        SELECT a.assignee FROM acts AS a WHERE a.delivery_id = d.id AND a.kind = 'assigned'
        ORDER BY a.id DESC LIMIT 1) = ($1::json) ->> 'assignee')
    AND (($1::json) ->> 'kind' IS NULL OR f.kind = ($1::json) ->> 'kind')
    AND (($1::json) ->> 'text' IS NULL OR strpos(f.operator_name, ($1::json) ->> 'text') > 0
        OR strpos(f.office_name, ($1::json) ->> 'text') > 0)
    AND (($1::json) ->> 'service' IS NULL OR EXISTS (
        SELECT 1 FROM json_array_elements(r.document::json -> 'offices') AS o,
            json_array_elements(o -> 'services') AS s
        WHERE s ->> 'service' = ($1::json) ->> 'service'))
ORDER BY d.created_at DESC, d.id DESC LIMIT (($1::json) ->> 'limit')::bigint
