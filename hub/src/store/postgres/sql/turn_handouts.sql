-- What has not gone out to an authority goes by another way.
UPDATE statement_handouts SET way = ($1::json) ->> 'way'
WHERE authority = ($1::json) ->> 'authority' AND state <> 'sent'
