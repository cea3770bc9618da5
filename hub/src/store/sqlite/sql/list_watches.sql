-- The newest first, narrowed; `before` and `before_id` are those of the last row seen.
SELECT json_object(
    'id', x.id, 'kind', x.kind, 'subject', x.subject, 'authority', x.authority,
    'channel', x.channel, 'filing_id', x.filing_id, 'owner', x.owner, 'since', x.since,
    'due_at', x.due_at, 'detail', x.detail, 'begun_at', x.begun_at, 'gone_at', x.gone_at,
    'ended_at', x.ended_at, 'begin_alert', x.begin_alert, 'end_alert', x.end_alert
)
FROM watches AS x
WHERE ($1 ->> '$.firing' IS NULL OR (x.ended_at IS NULL) = ($1 ->> '$.firing'))
    AND ($1 ->> '$.kind' IS NULL OR x.kind = $1 ->> '$.kind')
    AND ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
    AND x.begun_at <= coalesce($1 ->> '$.before', 9223372036854775807)
    AND (x.begun_at < coalesce($1 ->> '$.before', 9223372036854775807)
        OR x.id < $1 ->> '$.before_id')
ORDER BY x.begun_at DESC, x.id DESC LIMIT $1 ->> '$.limit'
