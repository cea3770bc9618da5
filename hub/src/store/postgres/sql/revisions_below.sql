-- Of so many filings below one, the newest first: all that was handed in.
-- An array, unlike a join, is looked up in the index one by one, however many revisions there are.
SELECT json_build_object('filing_id', r.filing_id, 'document', r.document)::text
FROM revisions AS r
WHERE r.filing_id = ANY (ARRAY(
    SELECT f.id FROM filings AS f WHERE f.id < (($1::json) ->> 'below')::uuid
    ORDER BY f.id DESC LIMIT (($1::json) ->> 'limit')::bigint
))
ORDER BY r.filing_id DESC
