UPDATE letters SET recipient = '', why = NULL
WHERE corporate_number = $1 ->> '$' AND state IN ('sent', 'failed')
