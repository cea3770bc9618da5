SELECT to_json(sha256)::text FROM erased_objects ORDER BY sha256 LIMIT (($1::json) #>> '{}')::bigint
