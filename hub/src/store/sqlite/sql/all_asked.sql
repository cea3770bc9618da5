-- Whom the settings ask for, and since when.
SELECT json_object('whom', x.whom, 'from_day', x.from_day)
FROM statement_asked AS x WHERE $1 IS NOT NULL
