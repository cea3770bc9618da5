DELETE FROM filing_words AS x
USING unnest($1::text[], $2::uuid[]) AS r (word, filing_id)
WHERE x.word = r.word AND x.filing_id = r.filing_id
