UPDATE decisions SET comment = '', files = '[]', marks = '[]'
WHERE delivery_id IN (SELECT id FROM deliveries WHERE filing_id = (($1::json) #>> '{}')::uuid)
