SELECT json_object('state', state, 'kind', kind, 'count', count(*))
FROM notices WHERE $1 IS NOT NULL GROUP BY state, kind
