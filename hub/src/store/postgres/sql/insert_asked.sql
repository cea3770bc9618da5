-- Of two processes that start with the same settings the first counts.
INSERT INTO statement_asked (whom, from_day)
SELECT r.whom, r.from_day FROM unnest($1::text[], $2::text[]) AS r (whom, from_day)
ON CONFLICT DO NOTHING
