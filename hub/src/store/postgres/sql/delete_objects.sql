DELETE FROM objects
WHERE deleting_at = (($1::json) ->> 'at')::bigint
    AND sha256 = ANY (ARRAY(SELECT json_array_elements_text(($1::json) -> 'digests')))
