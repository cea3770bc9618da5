-- What has not gone out yet goes to the new address.
UPDATE notices SET recipient = ($1::json) ->> 'address'
WHERE state IN ('due', 'waiting') AND recipient = ($1::json) ->> 'former'
    AND EXISTS (
        SELECT 1 FROM filings AS f WHERE f.id = notices.filing_id
            AND f.corporate_number = ($1::json) ->> 'corporate_number'
    )
