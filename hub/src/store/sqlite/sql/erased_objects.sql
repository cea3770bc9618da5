-- Those that have waited longest first; who could not be looked at has gone behind the others.
SELECT json_quote(sha256) FROM erased_objects ORDER BY at, sha256 LIMIT $1 ->> '$'
