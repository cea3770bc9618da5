SELECT json_object('review', review, 'count', count(*))
FROM deliveries WHERE $1 IS NOT NULL AND rule <> 'test' GROUP BY review
