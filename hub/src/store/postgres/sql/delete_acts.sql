DELETE FROM acts WHERE delivery_id = ANY($1::uuid[])
