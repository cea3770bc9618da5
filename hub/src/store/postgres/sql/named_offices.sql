-- The offices of an operator's newest filings, as those name them; the newest filing first.
SELECT json_build_object(
    'offices', r.document::json -> 'offices', 'kind', x.kind,
    'accepted', EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.filing_id = x.id AND d.review = 'accepted'
    )
)::text
FROM (
    SELECT id, kind, received_at FROM filings
    WHERE corporate_number = ($1::json) ->> 'corporate_number' AND withdrawn_at IS NULL
    ORDER BY received_at DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x JOIN revisions AS r ON r.filing_id = x.id AND r.revision = 1
ORDER BY x.received_at DESC
