DELETE FROM prints WHERE filing_id = $1 ->> '$'
RETURNING json_quote(coalesce(volume, sha256))
