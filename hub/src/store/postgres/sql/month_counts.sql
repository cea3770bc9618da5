-- How far months are counted, the newest first.
SELECT json_build_object(
    'month', x.month, 'round', x.round, 'began_at', x.began_at, 'after_id', x.after_id,
    'shown', x.shown, 'counted_at', x.counted_at, 'unfinished', x.unfinished
)::text
FROM month_counts AS x ORDER BY x.month DESC LIMIT (($1::json) #>> '{}')::bigint
