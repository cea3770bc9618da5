-- The offices of an operator's newest filings, as those name them; the newest filing first.
SELECT (r.document::json -> 'offices')::text
FROM (
    SELECT id, received_at FROM filings
    WHERE corporate_number = ($1::json) ->> 'corporate_number'
    ORDER BY received_at DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x JOIN revisions AS r ON r.filing_id = x.id AND r.revision = 1
ORDER BY x.received_at DESC
