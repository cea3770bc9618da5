-- Of those that have ended, or that others do the work of.
DELETE FROM processes AS x
USING unnest($1::uuid[]) AS r (id)
WHERE x.id = r.id
