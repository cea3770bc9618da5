-- All of one person's.
CREATE INDEX staff_acts_by_person
ON staff_acts ((substr(what, 1, 5) = 'look.'), person, seq DESC);
