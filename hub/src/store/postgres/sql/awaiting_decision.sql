-- Authorities with a delivery on this channel that nobody has decided on.
SELECT DISTINCT to_json(authority)::text FROM deliveries
WHERE state = 'delivered' AND channel = (($1::json) #>> '{}')
    AND review IN ('unopened', 'opened')
