-- How many go on, by kind.
SELECT json_array(x.kind, count(*)) FROM watches AS x
WHERE x.ended_at IS NULL AND $1 IS NOT NULL
GROUP BY x.kind
