UPDATE letters SET recipient = '', why = NULL
WHERE corporate_number = ($1::json) #>> '{}' AND state IN ('sent', 'failed')
