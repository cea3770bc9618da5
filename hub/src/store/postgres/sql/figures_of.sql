-- What was counted so far under some keys.
SELECT json_build_object(
    'month', x.month, 'round', x.round, 'authority', x.authority, 'channel', x.channel,
    'figures', x.figures
)::text
FROM unnest($1::text[], $2::int[], $3::text[], $4::text[])
    AS j (month, round, authority, channel)
JOIN month_figures AS x ON x.month = j.month AND x.round = j.round
    AND x.authority = j.authority AND x.channel = j.channel
