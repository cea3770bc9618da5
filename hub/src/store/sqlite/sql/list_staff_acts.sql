-- What was done, or what was looked at; the newest first, of one subject or person or all, before a
-- number.
SELECT json_object(
    'seq', x.seq, 'at', x.at, 'person', x.person, 'name', x.name, 'what', x.what,
    'subject', x.subject, 'why', x.why, 'was', x.was, 'became', x.became, 'hash', x.hash
)
FROM staff_acts AS x
WHERE (CASE WHEN substr(x.what, 1, 5) = 'look.' THEN 1 ELSE 0 END) = $1 ->> '$.looks'
    AND ($1 ->> '$.subject' IS NULL OR x.subject = $1 ->> '$.subject')
    AND ($1 ->> '$.person' IS NULL OR x.person = $1 ->> '$.person')
    AND x.seq < $1 ->> '$.before'
ORDER BY x.seq DESC LIMIT $1 ->> '$.limit'
