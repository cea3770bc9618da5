-- All of one person's.
CREATE INDEX staff_acts_by_person
ON staff_acts ((CASE WHEN substr(what, 1, 5) = 'look.' THEN 1 ELSE 0 END), person, seq DESC);
