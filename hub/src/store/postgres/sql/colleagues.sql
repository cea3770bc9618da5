-- Staff of an authority: whoever has a key in force, or is logged in by another way.
SELECT json_build_object('person', x.person, 'name', min(x.name))::text
FROM (
    SELECT 'key:' || k.id AS person, k.label AS name FROM api_keys AS k
    WHERE k.scope = 'authority' AND k.subject = (($1::json) #>> '{}') AND k.revoked_at IS NULL
    UNION ALL
    SELECT s.person, s.name FROM sessions AS s
    WHERE s.scope = 'authority' AND s.subject = (($1::json) #>> '{}') AND s.key_id IS NULL
) AS x
GROUP BY x.person ORDER BY min(x.name), x.person
