-- One writer at a time on this engine: no row lock is needed.
SELECT json_object('ended', ended, 'next_at', next_at, 'below', below)
FROM filing_word_passes
WHERE ended < $1 ->> '$.passes' AND next_at <= $1 ->> '$.now'
