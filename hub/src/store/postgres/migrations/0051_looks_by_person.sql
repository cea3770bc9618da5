-- no-transaction
-- expand: an index alone, built beside running work: all of one person's.
CREATE INDEX CONCURRENTLY IF NOT EXISTS staff_acts_by_person
ON staff_acts ((CASE WHEN substr(what, 1, 5) = 'look.' THEN 1 ELSE 0 END), person, seq DESC);
