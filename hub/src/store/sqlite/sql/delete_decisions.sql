DELETE FROM decisions WHERE delivery_id IN (SELECT value FROM json_each($1))
