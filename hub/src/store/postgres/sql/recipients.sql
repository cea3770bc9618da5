-- The mail address, if there is one, and the word `webhook`, if one counts.
SELECT to_json(x.mail)::text FROM operators AS x
WHERE x.corporate_number = (($1::json) #>> '{}') AND x.mail IS NOT NULL
UNION ALL
SELECT '"webhook"' FROM (
    SELECT a.kind FROM webhook_acts AS a
    WHERE a.corporate_number = (($1::json) #>> '{}') AND a.kind <> 'tried'
    ORDER BY a.at DESC, a.id DESC LIMIT 1
) AS newest
WHERE newest.kind = 'set'
