-- What counts on a day, of all authorities or of one.
SELECT json_object(
    'authority', c.authority, 'version', c.version, 'mail', c.mail, 'from_day', c.from_day,
    'by_whom', c.by_whom, 'person', c.person, 'name', c.name, 'at', c.at
)
FROM contacts AS c
WHERE c.from_day <= $1 ->> '$.day'
    AND ($1 ->> '$.authority' IS NULL OR c.authority = $1 ->> '$.authority')
    AND NOT EXISTS (
        SELECT 1 FROM contacts AS n
        WHERE n.authority = c.authority AND n.from_day <= $1 ->> '$.day'
            AND (n.from_day, n.version) > (c.from_day, c.version))
ORDER BY c.authority
