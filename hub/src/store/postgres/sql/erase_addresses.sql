-- Where notices of filings went, and what was said of an address; that they went stays.
UPDATE notices SET recipient = '', why = NULL
WHERE filing_id = ANY ($1::uuid[]) AND recipient NOT IN ('', 'webhook')
    AND state IN ('sent', 'failed')
