-- What came for an authority, in some states of review (`review` null: in all), the newest first;
-- `at` and `id` are the created_at and id of the last row seen. What is cancelled never went out.
SELECT json_object(
    'delivery', d.id, 'filing', d.filing_id, 'receipt_number', f.receipt_number,
    'revision', d.revision, 'action', r.action, 'kind', f.kind, 'operator_name', f.operator_name,
    'office_name', f.office_name, 'received_at', r.received_at, 'created_at', d.created_at,
    'state', d.state, 'channel', d.channel, 'review', d.review, 'proof', d.proof,
    'withdrawn_at', f.withdrawn_at, 'rule', d.rule
)
FROM deliveries AS d
JOIN filings AS f ON f.id = d.filing_id
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
WHERE d.authority = $1 ->> '$.authority' AND d.state <> 'cancelled'
    AND ($1 ->> '$.review' IS NULL OR instr(' ' || ($1 ->> '$.review') || ' ', ' ' || d.review || ' ') > 0)
    AND d.created_at <= coalesce($1 ->> '$.at', 9223372036854775807)
    AND (d.created_at < coalesce($1 ->> '$.at', 9223372036854775807) OR d.id < $1 ->> '$.id')
    AND ($1 ->> '$.assignee' IS NULL OR (
        SELECT a.assignee FROM acts AS a WHERE a.delivery_id = d.id AND a.kind = 'assigned'
        ORDER BY a.id DESC LIMIT 1) = $1 ->> '$.assignee')
    AND ($1 ->> '$.kind' IS NULL OR f.kind = $1 ->> '$.kind')
    AND ($1 ->> '$.text' IS NULL OR instr(f.operator_name, $1 ->> '$.text') > 0
        OR instr(f.office_name, $1 ->> '$.text') > 0)
    AND ($1 ->> '$.service' IS NULL OR EXISTS (
        SELECT 1 FROM json_each(r.document, '$.offices') AS o,
            json_each(o.value, '$.services') AS s
        WHERE s.value ->> '$.service' = $1 ->> '$.service'))
ORDER BY d.created_at DESC, d.id DESC LIMIT $1 ->> '$.limit'
