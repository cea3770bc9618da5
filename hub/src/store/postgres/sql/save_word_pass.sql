UPDATE filing_word_passes
SET ended = (($1::json) ->> 'ended')::int, next_at = (($1::json) ->> 'next_at')::bigint,
    below = (($1::json) ->> 'below')::uuid
