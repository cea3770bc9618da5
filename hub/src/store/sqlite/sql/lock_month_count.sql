-- One writer at a time on this engine: no row lock is needed.
SELECT json_object(
    'month', x.month, 'round', x.round, 'began_at', x.began_at, 'after_id', x.after_id,
    'shown', x.shown, 'counted_at', x.counted_at, 'unfinished', x.unfinished
)
FROM month_counts AS x WHERE x.month = $1 ->> '$'
