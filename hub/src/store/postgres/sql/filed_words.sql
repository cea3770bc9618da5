-- Words from one on to before another, each once: from each the next one is looked up in the index,
-- however many filings have it.
WITH RECURSIVE found (word, place) AS (
    SELECT (
        SELECT w.word FROM filing_words AS w
        WHERE w.word >= (($1::json) ->> 'from') AND w.word < (($1::json) ->> 'until')
        ORDER BY w.word LIMIT 1
    ), 1
    UNION ALL
    SELECT (
        SELECT w.word FROM filing_words AS w
        WHERE w.word > found.word AND w.word < (($1::json) ->> 'until')
        ORDER BY w.word LIMIT 1
    ), found.place + 1
    FROM found WHERE found.word IS NOT NULL AND found.place < (($1::json) ->> 'limit')::int
)
SELECT to_json(word)::text FROM found WHERE word IS NOT NULL
