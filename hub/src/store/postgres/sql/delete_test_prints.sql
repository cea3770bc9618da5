DELETE FROM prints WHERE filing_id = ANY($1::uuid[])
