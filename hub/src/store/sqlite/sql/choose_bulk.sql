-- The first time that it was chosen counts.
UPDATE bulks SET
    chosen_at = coalesce(chosen_at, $1 ->> '$.at'), filing_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.id'
