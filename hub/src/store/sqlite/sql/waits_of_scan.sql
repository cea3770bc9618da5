-- Deliveries that wait for this file, and for no other that is not looked through yet.
SELECT json_quote(w.delivery_id) FROM scan_waits AS w
WHERE w.sha256 = $1 ->> '$.sha256' AND ($1 ->> '$.is_infected' OR NOT EXISTS (
    SELECT 1 FROM scan_waits AS o JOIN scans AS s ON s.sha256 = o.sha256
    WHERE o.delivery_id = w.delivery_id AND s.state = 'pending'
))
LIMIT $1 ->> '$.limit'
