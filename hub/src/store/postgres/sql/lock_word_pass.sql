SELECT json_build_object('ended', ended, 'next_at', next_at, 'below', below)::text
FROM filing_word_passes
WHERE ended < (($1::json) ->> 'passes')::int AND next_at <= (($1::json) ->> 'now')::bigint
FOR UPDATE SKIP LOCKED
