-- The first time that it was chosen counts.
UPDATE bulks SET
    chosen_at = coalesce(chosen_at, (($1::json) ->> 'at')::bigint),
    filing_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid
