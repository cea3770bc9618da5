INSERT INTO scan_waits (sha256, delivery_id)
SELECT r.sha256, r.delivery_id FROM unnest($1::text[], $2::uuid[]) AS r (sha256, delivery_id)
ON CONFLICT DO NOTHING
