DELETE FROM bulk_lines WHERE corporate_number = ($1::json) #>> '{}'
