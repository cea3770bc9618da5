-- The end of the chain.
SELECT json_build_object(
    'seq', x.seq, 'at', x.at, 'person', x.person, 'name', x.name, 'what', x.what,
    'subject', x.subject, 'why', x.why, 'was', x.was, 'became', x.became, 'hash', x.hash
)::text
FROM staff_acts AS x
WHERE $1::text IS NOT NULL
ORDER BY x.seq DESC LIMIT 1
