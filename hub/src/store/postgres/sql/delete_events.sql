DELETE FROM events WHERE filing_id = ANY($1::uuid[])
