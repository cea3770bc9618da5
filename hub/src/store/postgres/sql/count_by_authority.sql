SELECT json_build_object('authority', x.authority, 'state', x.state, 'count', count(*))::text
FROM deliveries AS x WHERE x.authority IN (SELECT value FROM json_array_elements_text($1::json))
GROUP BY x.authority, x.state
