-- The newest filing about an office that an authority has accepted.
SELECT json_quote(x.id) FROM filings AS x
WHERE x.corporate_number = $1 ->> '$.corporate_number'
    AND x.office_name = $1 ->> '$.office_name' AND x.withdrawn_at IS NULL
    AND EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.filing_id = x.id AND d.review = 'accepted'
    )
ORDER BY x.received_at DESC LIMIT 1
