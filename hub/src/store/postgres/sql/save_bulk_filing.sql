UPDATE bulks SET filing_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid
