DELETE FROM filing_words
WHERE (word, filing_id) IN (
    SELECT value ->> '$.word', value ->> '$.filing_id' FROM json_each($1)
)
