-- Only where the piece begins where the last one ended: of two that are the same one counts.
UPDATE uploads SET received = received + (($1::json) ->> 'size')::bigint,
    touched_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'upload_id')::uuid AND added_as IS NULL
    AND received = (($1::json) ->> 'begins_at')::bigint
    AND received + (($1::json) ->> 'size')::bigint <= size
