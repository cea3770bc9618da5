DELETE FROM statement_asked AS x
USING unnest($1::text[], $2::text[]) AS r (whom, from_day)
WHERE x.whom = r.whom
