SELECT json_quote(sha256) FROM erased_objects ORDER BY sha256 LIMIT $1 ->> '$'
