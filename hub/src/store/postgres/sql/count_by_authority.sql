SELECT json_build_object('authority', x.authority, 'state', x.state, 'count', count(*))::text
FROM deliveries AS x WHERE x.authority = ANY($1::text[]) AND x.rule <> 'test'
GROUP BY x.authority, x.state
