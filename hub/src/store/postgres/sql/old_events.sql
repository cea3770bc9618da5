-- Filings of which there are events, by id from one on and up to one, both left out.
SELECT json_build_object('id', filing_id, 'filing', filing_id, 'rows', rows, 'bytes', bytes)::text
FROM (
    SELECT filing_id, count(*) AS rows, sum(length(body)) AS bytes FROM events
    WHERE filing_id > (($1::json) ->> 'id')::uuid AND filing_id < (($1::json) ->> 'end')::uuid
    GROUP BY filing_id ORDER BY filing_id LIMIT (($1::json) ->> 'limit')::bigint
) AS x
ORDER BY filing_id
