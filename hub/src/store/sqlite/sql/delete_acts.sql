DELETE FROM acts WHERE delivery_id IN (SELECT value FROM json_each($1))
