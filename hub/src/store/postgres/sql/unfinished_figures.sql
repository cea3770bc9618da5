-- How much may still change in what a round has counted of a month.
SELECT to_json(coalesce(sum(((figures::json) ->> 'unfinished')::bigint), 0)::bigint)::text
FROM month_figures
WHERE month = ($1::json) ->> 'month' AND round = (($1::json) ->> 'round')::int
