-- no-transaction
-- expand: an index alone, built beside running work: all of one person's.
CREATE INDEX CONCURRENTLY IF NOT EXISTS staff_acts_by_person
ON staff_acts ((substr(what, 1, 5) = 'look.'), person, seq DESC);
