-- What an authority has not decided on, by state of review.
SELECT json_object('review', d.review, 'count', count(*))
FROM deliveries AS d
WHERE d.authority = $1 ->> '$' AND d.review IN ('unopened', 'opened') AND d.state <> 'cancelled'
GROUP BY d.review
