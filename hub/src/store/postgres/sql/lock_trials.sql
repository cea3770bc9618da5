-- One trial of an operator's webhook is begun at a time, until the commit; whether or not the operator
-- has a row that could be locked. The first number is ours alone in this database.
SELECT '1' FROM (
    SELECT pg_advisory_xact_lock(20351129, hashtext(($1::json) #>> '{}'))
) AS locked
