-- What was chosen last for some authorities; those for which nobody has chosen are left out.
SELECT json_object(
    'authority', w.authority, 'version', w.version, 'way', w.way, 'from_day', w.from_day,
    'by_whom', w.by_whom, 'person', w.person, 'name', w.name, 'at', w.at
)
FROM json_each($1) AS j JOIN statement_wishes AS w ON w.authority = j.value
WHERE w.version = (
    SELECT max(z.version) FROM statement_wishes AS z WHERE z.authority = j.value)
