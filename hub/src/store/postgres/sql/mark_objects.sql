UPDATE objects SET deleting_at = (($1::json) ->> 'at')::bigint
WHERE sha256 = ANY (ARRAY(SELECT json_array_elements_text(($1::json) -> 'digests')))
