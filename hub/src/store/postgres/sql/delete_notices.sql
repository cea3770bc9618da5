DELETE FROM notices WHERE filing_id = ANY($1::uuid[])
