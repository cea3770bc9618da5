-- What a round has counted of a month, of all authorities or one.
SELECT json_object(
    'month', x.month, 'round', x.round, 'authority', x.authority, 'channel', x.channel,
    'figures', x.figures
)
FROM month_figures AS x
WHERE x.month = $1 ->> '$.month' AND x.round = $1 ->> '$.round'
    AND ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
ORDER BY x.authority, x.channel
