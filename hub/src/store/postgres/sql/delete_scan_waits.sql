DELETE FROM scan_waits WHERE delivery_id = ANY($1::uuid[])
