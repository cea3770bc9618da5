SELECT
    d.id, r.document, r.document_sha256, r.action, r.received_at, f.received_at AS
    first_received_at, f.receipt_number, f.kind, d.recipe
FROM deliveries AS d
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
JOIN filings AS f ON f.id = d.filing_id
WHERE d.id = ANY($1::uuid[])
