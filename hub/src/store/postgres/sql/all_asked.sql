-- Whom the settings ask for, and since when.
SELECT json_build_object('whom', x.whom, 'from_day', x.from_day)::text
FROM statement_asked AS x WHERE $1::text IS NOT NULL
