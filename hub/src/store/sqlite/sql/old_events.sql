-- Filings of which there are events, by id from one on and up to one, both left out.
SELECT json_object('id', filing_id, 'filing', filing_id)
FROM (
    SELECT DISTINCT filing_id FROM events
    WHERE filing_id > $1 ->> '$.id' AND filing_id < $1 ->> '$.end'
    ORDER BY filing_id LIMIT $1 ->> '$.limit'
)
ORDER BY filing_id
