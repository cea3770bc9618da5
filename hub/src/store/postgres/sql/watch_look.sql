SELECT json_build_object('number', x.number, 'looked_at', x.looked_at)::text
FROM watch_looks AS x WHERE x.id = 1 AND $1::text IS NOT NULL
