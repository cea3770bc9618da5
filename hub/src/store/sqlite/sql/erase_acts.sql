-- What staff of authorities wrote to one another; that they did something stays.
UPDATE acts SET text = ''
WHERE kind IN ('assigned', 'remark')
    AND delivery_id IN (SELECT id FROM deliveries WHERE filing_id = $1 ->> '$')
