-- The forms and files of an operator's newest filings as they were filed last; the newest filing first.
SELECT json_build_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'forms', r.document::json -> 'form' -> 'forms',
    'attachments', r.document::json -> 'attachments'
)::text
FROM (
    SELECT id, receipt_number, kind, office_name, received_at FROM filings
    WHERE corporate_number = ($1::json) ->> 'corporate_number'
    ORDER BY received_at DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x JOIN revisions AS r ON r.filing_id = x.id AND r.revision = (
    SELECT max(s.revision) FROM revisions AS s WHERE s.filing_id = x.id AND s.action <> 'withdraw'
)
ORDER BY x.received_at DESC
