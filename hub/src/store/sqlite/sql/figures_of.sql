-- What was counted so far under some keys.
SELECT json_object(
    'month', x.month, 'round', x.round, 'authority', x.authority, 'channel', x.channel,
    'figures', x.figures
)
FROM json_each($1) AS j JOIN month_figures AS x ON x.month = j.value ->> '$.month'
    AND x.round = j.value ->> '$.round' AND x.authority = j.value ->> '$.authority'
    AND x.channel = j.value ->> '$.channel'
