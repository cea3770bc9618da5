-- What was done, or what was looked at; the newest first, of one subject or person or all, before a
-- number.
SELECT json_build_object(
    'seq', x.seq, 'at', x.at, 'person', x.person, 'name', x.name, 'what', x.what,
    'subject', x.subject, 'why', x.why, 'was', x.was, 'became', x.became, 'hash', x.hash
)::text
FROM staff_acts AS x
WHERE (CASE WHEN substr(x.what, 1, 5) = 'look.' THEN 1 ELSE 0 END) = (($1::json) ->> 'looks')::integer
    AND (($1::json) ->> 'subject' IS NULL OR x.subject = ($1::json) ->> 'subject')
    AND (($1::json) ->> 'person' IS NULL OR x.person = ($1::json) ->> 'person')
    AND x.seq < (($1::json) ->> 'before')::bigint
ORDER BY x.seq DESC LIMIT (($1::json) ->> 'limit')::bigint
