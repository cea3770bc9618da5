-- Until the commit; the number is ours alone in this database.
SELECT '1' FROM (SELECT pg_advisory_xact_lock(20240401)) AS locked WHERE $1::text IS NOT NULL
