-- Where notices of filings went, and what was said of an address; that they went stays.
UPDATE notices SET recipient = '', why = NULL
WHERE filing_id IN (SELECT value FROM json_each($1)) AND recipient NOT IN ('', 'webhook')
    AND state IN ('sent', 'failed')
