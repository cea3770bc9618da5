-- The prefecture of an authority: the first two digits, or those behind a union's U.
SELECT json_build_object('prefecture', prefecture, 'state', state, 'count', count(*))::text
FROM (
    SELECT state, CASE WHEN authority LIKE 'U%' THEN substr(authority, 2, 2)
        ELSE substr(authority, 1, 2) END AS prefecture
    FROM deliveries WHERE $1::text IS NOT NULL AND rule <> 'test'
) AS d GROUP BY prefecture, state
