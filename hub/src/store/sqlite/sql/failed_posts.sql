-- Posts to an operator's system that did not arrive, yet or for good, of its newest filings, so many
-- (`looked`); what was tried last first.
SELECT json_object(
    'receipt_number', f.receipt_number, 'kind', n.kind, 'state', n.state, 'tries', n.tries,
    'next_attempt_at', n.next_attempt_at, 'why', n.why, 'updated_at', n.updated_at
)
FROM (
    SELECT id, receipt_number FROM filings
    WHERE corporate_number = $1 ->> '$.corporate_number'
    ORDER BY received_at DESC LIMIT $1 ->> '$.looked'
) AS f JOIN notices AS n ON n.filing_id = f.id
WHERE n.recipient = 'webhook' AND n.state IN ('waiting', 'failed')
ORDER BY n.updated_at DESC, n.id DESC LIMIT $1 ->> '$.limit'
