-- The offices of an operator's newest filings, as those name them; the newest filing first. A text
-- narrows to filings whose office's name holds it. A renewal's forms tell when a designation ends.
SELECT json_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'received_at', x.received_at,
    'offices', r.document -> '$.offices', 'kind', x.kind,
    'form', json(CASE WHEN x.kind = 'renewal' THEN r.document -> '$.form' END),
    'accepted', json(CASE WHEN EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.filing_id = x.id AND d.review = 'accepted'
    ) THEN 'true' ELSE 'false' END)
)
FROM (
    SELECT id, receipt_number, kind, received_at FROM filings
    WHERE corporate_number = $1 ->> '$.corporate_number' AND withdrawn_at IS NULL
        AND ($1 ->> '$.text' IS NULL OR instr(office_name, $1 ->> '$.text') > 0)
    ORDER BY received_at DESC LIMIT $1 ->> '$.limit'
) AS x JOIN revisions AS r ON r.filing_id = x.id AND r.revision = 1
ORDER BY x.received_at DESC
