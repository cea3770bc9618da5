-- Of so many filings below one, the newest first: all that was handed in.
SELECT json_object('filing_id', r.filing_id, 'document', r.document)
FROM (
    SELECT f.id FROM filings AS f WHERE f.id < $1 ->> '$.below'
    ORDER BY f.id DESC LIMIT $1 ->> '$.limit'
) AS x
JOIN revisions AS r ON r.filing_id = x.id
ORDER BY r.filing_id DESC
