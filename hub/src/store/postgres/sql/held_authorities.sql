-- Authorities with deliveries that are held for this reason.
SELECT DISTINCT to_json(authority)::text FROM deliveries
WHERE state = 'held' AND (why::json) ->> 'code' = (($1::json) #>> '{}')
