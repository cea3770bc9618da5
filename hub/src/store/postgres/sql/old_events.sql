-- Filings of which there are events, by id from one on and up to one, both left out.
SELECT json_build_object('id', filing_id, 'filing', filing_id)::text
FROM (
    SELECT DISTINCT filing_id FROM events
    WHERE filing_id > (($1::json) ->> 'id')::uuid AND filing_id < (($1::json) ->> 'end')::uuid
    ORDER BY filing_id LIMIT (($1::json) ->> 'limit')::bigint
) AS x
ORDER BY filing_id
