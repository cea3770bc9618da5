-- What has not gone out to an authority that wants none any more.
DELETE FROM statement_handouts WHERE authority = ($1::json) #>> '{}' AND state <> 'sent'
