-- Nobody else adds one until the commit; those who read are not held up. Then the last number is asked
-- for: this statement does not see what was committed while it waited.
SELECT '0' FROM (SELECT pg_advisory_xact_lock(20241211)) AS locked WHERE $1::text IS NOT NULL
