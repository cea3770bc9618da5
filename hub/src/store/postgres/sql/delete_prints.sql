DELETE FROM prints WHERE filing_id = (($1::json) #>> '{}')::uuid
RETURNING to_json(coalesce(volume, sha256))::text
