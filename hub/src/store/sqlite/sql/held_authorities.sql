-- Authorities with deliveries that are held for this reason.
SELECT DISTINCT json_quote(authority) FROM deliveries
WHERE state = 'held' AND why ->> '$.code' = $1 ->> '$'
