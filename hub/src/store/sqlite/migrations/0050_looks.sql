-- What was done and what was looked at, each by itself: looks are many, acts by hand few.
CREATE INDEX staff_acts_by_sort
ON staff_acts ((CASE WHEN substr(what, 1, 5) = 'look.' THEN 1 ELSE 0 END), seq DESC);
