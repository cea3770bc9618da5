UPDATE checks SET purged_at = (($1::json) ->> 'at')::bigint
WHERE filing_id IN (SELECT j.id::uuid FROM json_array_elements_text(($1::json) -> 'ids') AS j (id))
    AND purged_at IS NULL
