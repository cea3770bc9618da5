DELETE FROM attachments
WHERE sha256 = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
