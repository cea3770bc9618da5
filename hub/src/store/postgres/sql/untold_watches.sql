-- What began or ended and nobody has been told of, in the words of its index.
SELECT json_build_object(
    'id', x.id, 'kind', x.kind, 'subject', x.subject, 'authority', x.authority,
    'channel', x.channel, 'filing_id', x.filing_id, 'owner', x.owner, 'since', x.since,
    'due_at', x.due_at, 'detail', x.detail, 'begun_at', x.begun_at, 'gone_at', x.gone_at,
    'ended_at', x.ended_at, 'begin_alert', x.begin_alert, 'end_alert', x.end_alert
)::text
FROM watches AS x
WHERE (x.begin_alert IS NULL OR (x.ended_at IS NOT NULL AND x.end_alert IS NULL))
    AND $1::text IS NOT NULL
ORDER BY x.id
