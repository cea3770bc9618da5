DELETE FROM bulks WHERE corporate_number = ($1::json) #>> '{}'
