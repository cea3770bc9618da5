INSERT INTO filing_words (word, filing_id)
SELECT word, filing_id
FROM unnest($1::text[], $2::uuid[]) AS r (word, filing_id)
ON CONFLICT (word, filing_id) DO NOTHING
