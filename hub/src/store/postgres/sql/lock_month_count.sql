-- How far a month is counted, kept from all others until the commit.
SELECT json_build_object(
    'month', x.month, 'round', x.round, 'began_at', x.began_at, 'after_id', x.after_id,
    'shown', x.shown, 'counted_at', x.counted_at, 'unfinished', x.unfinished
)::text
FROM month_counts AS x WHERE x.month = (($1::json) #>> '{}')
FOR UPDATE
