-- Where notices went; that somebody asked for it and confirmed it stays.
UPDATE address_acts SET
    former = CASE WHEN former IS NULL THEN NULL ELSE '' END,
    address = CASE WHEN address IS NULL THEN NULL ELSE '' END
WHERE corporate_number = $1 ->> '$'
