-- How much may still change in what a round has counted of a month.
SELECT json_quote(coalesce(sum(figures ->> '$.unfinished'), 0)) FROM month_figures
WHERE month = $1 ->> '$.month' AND round = $1 ->> '$.round'
