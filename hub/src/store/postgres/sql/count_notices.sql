SELECT json_build_object('state', state, 'kind', kind, 'count', count(*))::text
FROM notices WHERE $1::text IS NOT NULL GROUP BY state, kind
