DELETE FROM attachments
WHERE sha256 IN (SELECT json_array_elements_text($1::json))
