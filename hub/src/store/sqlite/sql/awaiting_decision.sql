-- Authorities with a delivery on this channel that nobody has decided on.
SELECT DISTINCT json_quote(authority) FROM deliveries
WHERE state = 'delivered' AND channel = $1 ->> '$' AND review IN ('unopened', 'opened')
