INSERT INTO month_figures (month, round, authority, channel, figures)
SELECT month, round, authority, channel, figures
FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[])
    AS r (month, round, authority, channel, figures)
ON CONFLICT (month, round, authority, channel) DO UPDATE SET figures = excluded.figures
