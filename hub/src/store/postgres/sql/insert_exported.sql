-- Whoever takes out the same at the same time waits here, and then finds it taken.
INSERT INTO exported (delivery_id, export_id, place)
SELECT r.delivery_id, r.export_id, r.place
FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (delivery_id, export_id, place)
ON CONFLICT DO NOTHING
