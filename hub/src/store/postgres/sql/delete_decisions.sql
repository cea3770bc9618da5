DELETE FROM decisions WHERE delivery_id = ANY($1::uuid[])
