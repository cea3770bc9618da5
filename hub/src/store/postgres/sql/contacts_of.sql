-- All that was written about where an authority is written to, the newest first.
SELECT json_build_object(
    'authority', c.authority, 'version', c.version, 'mail', c.mail, 'from_day', c.from_day,
    'by_whom', c.by_whom, 'person', c.person, 'name', c.name, 'at', c.at
)::text
FROM contacts AS c WHERE c.authority = ($1::json) ->> 'authority'
ORDER BY c.version DESC LIMIT (($1::json) ->> 'limit')::bigint
