-- Deliveries that wait for a file that is not being looked at any more; with `all`, that wait at all.
SELECT DISTINCT to_json(w.delivery_id)::text
FROM scan_waits AS w LEFT JOIN scans AS s ON s.sha256 = w.sha256
WHERE (($1::json) ->> 'all')::boolean OR s.state IS NULL OR s.state <> 'pending'
LIMIT (($1::json) ->> 'limit')::bigint
