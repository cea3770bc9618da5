-- What has not gone out to an authority goes by another way.
UPDATE statement_handouts SET way = $1 ->> '$.way'
WHERE authority = $1 ->> '$.authority' AND state <> 'sent'
