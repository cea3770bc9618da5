-- What some authorities have not decided on: how much nobody has opened, since when, and how much is open.
SELECT json_build_object(
    'authority', d.authority,
    'unopened', count(*) FILTER (WHERE d.review = 'unopened'),
    'opened', count(*) FILTER (WHERE d.review = 'opened'),
    'oldest', min(d.created_at) FILTER (WHERE d.review = 'unopened')
)::text
FROM deliveries AS d
WHERE d.authority = ANY($1::text[]) AND d.review IN ('unopened', 'opened')
    AND d.state <> 'cancelled' AND d.rule <> 'test'
GROUP BY d.authority
