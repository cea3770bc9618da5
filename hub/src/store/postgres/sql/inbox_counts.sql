-- What an authority has not decided on, by state of review.
SELECT json_build_object('review', d.review, 'count', count(*))::text
FROM deliveries AS d
WHERE d.authority = (($1::json) #>> '{}') AND d.review IN ('unopened', 'opened')
    AND d.state <> 'cancelled'
GROUP BY d.review
