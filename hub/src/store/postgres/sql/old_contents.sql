-- Filings of which this has not been erased yet, by id from one on and up to one, both left out.
SELECT json_build_object('id', f.id, 'filing', f.id)::text
FROM filings AS f
WHERE f.id > (($1::json) ->> 'id')::uuid AND f.id < (($1::json) ->> 'end')::uuid
    AND NOT EXISTS (
        SELECT 1 FROM erased AS x WHERE x.filing_id = f.id AND x.what = ($1::json) ->> 'what'
    )
ORDER BY f.id LIMIT (($1::json) ->> 'limit')::bigint
