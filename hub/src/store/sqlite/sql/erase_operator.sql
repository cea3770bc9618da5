UPDATE operators SET mail = NULL WHERE corporate_number = $1 ->> '$'
