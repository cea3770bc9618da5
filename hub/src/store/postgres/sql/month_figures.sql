-- What a round has counted of a month, of all authorities or one.
SELECT json_build_object(
    'month', x.month, 'round', x.round, 'authority', x.authority, 'channel', x.channel,
    'figures', x.figures
)::text
FROM month_figures AS x
WHERE x.month = ($1::json) ->> 'month' AND x.round = (($1::json) ->> 'round')::int
    AND (($1::json) ->> 'authority' IS NULL OR x.authority = ($1::json) ->> 'authority')
ORDER BY x.authority, x.channel
