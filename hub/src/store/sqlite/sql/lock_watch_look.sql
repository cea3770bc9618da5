-- One writer at a time on this engine: no row lock is needed.
SELECT json_object('number', x.number, 'looked_at', x.looked_at)
FROM watch_looks AS x WHERE x.id = 1 AND $1 IS NOT NULL
