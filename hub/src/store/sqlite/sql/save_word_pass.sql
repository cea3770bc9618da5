UPDATE filing_word_passes
SET ended = $1 ->> '$.ended', next_at = $1 ->> '$.next_at', below = $1 ->> '$.below'
