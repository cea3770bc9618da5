SELECT json_build_object('review', review, 'count', count(*))::text
FROM deliveries WHERE $1::text IS NOT NULL AND rule <> 'test' GROUP BY review
