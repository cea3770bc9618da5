DELETE FROM scan_waits WHERE delivery_id IN (SELECT value FROM json_each($1))
