INSERT INTO month_figures (month, round, authority, channel, figures)
SELECT
    value ->> '$.month', value ->> '$.round', value ->> '$.authority', value ->> '$.channel',
    value ->> '$.figures'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (month, round, authority, channel) DO UPDATE SET figures = excluded.figures
