SELECT json_object('authority', x.authority, 'state', x.state, 'count', count(*))
FROM deliveries AS x WHERE x.authority IN (SELECT value FROM json_each($1)) AND x.rule <> 'test'
GROUP BY x.authority, x.state
