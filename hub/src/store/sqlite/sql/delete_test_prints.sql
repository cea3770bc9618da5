DELETE FROM prints WHERE filing_id IN (SELECT value FROM json_each($1))
