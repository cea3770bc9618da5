-- Until the commit, so that the chain does not fork; the number is ours alone in this database.
SELECT '1' FROM (SELECT pg_advisory_xact_lock(20261130)) AS locked WHERE $1::text IS NOT NULL
