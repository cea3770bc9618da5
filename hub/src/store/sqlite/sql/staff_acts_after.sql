-- In order, to check the chain and to export it.
SELECT json_object(
    'seq', x.seq, 'at', x.at, 'person', x.person, 'name', x.name, 'what', x.what,
    'subject', x.subject, 'why', x.why, 'was', x.was, 'became', x.became, 'hash', x.hash
)
FROM staff_acts AS x
WHERE x.seq > $1 ->> '$.after'
ORDER BY x.seq LIMIT $1 ->> '$.limit'
