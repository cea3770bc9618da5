-- Until the commit, so that nobody changes what another has read; the number is ours alone in this database.
SELECT '1' FROM (SELECT pg_advisory_xact_lock(20351201)) AS locked WHERE $1::text IS NOT NULL
