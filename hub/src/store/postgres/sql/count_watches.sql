-- How many go on, by kind.
SELECT json_build_array(x.kind, count(*))::text FROM watches AS x
WHERE x.ended_at IS NULL AND $1::text IS NOT NULL
GROUP BY x.kind
