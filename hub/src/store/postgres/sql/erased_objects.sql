-- Those that have waited longest first; who could not be looked at has gone behind the others.
SELECT to_json(sha256)::text FROM erased_objects ORDER BY at, sha256 LIMIT (($1::json) #>> '{}')::bigint
