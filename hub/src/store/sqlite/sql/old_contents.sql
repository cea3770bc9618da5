-- Filings of which this has not been erased yet, by id from one on and up to one, both left out.
SELECT json_object('id', f.id, 'filing', f.id)
FROM filings AS f
WHERE f.id > $1 ->> '$.id' AND f.id < $1 ->> '$.end'
    AND NOT EXISTS (
        SELECT 1 FROM erased AS x WHERE x.filing_id = f.id AND x.what = $1 ->> '$.what'
    )
ORDER BY f.id LIMIT $1 ->> '$.limit'
