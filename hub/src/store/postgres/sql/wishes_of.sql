-- What was chosen last for some authorities; those for which nobody has chosen are left out.
SELECT json_build_object(
    'authority', w.authority, 'version', w.version, 'way', w.way, 'from_day', w.from_day,
    'by_whom', w.by_whom, 'person', w.person, 'name', w.name, 'at', w.at
)::text
FROM statement_wishes AS w
WHERE w.authority = ANY($1::text[]) AND w.version = (
    SELECT max(z.version) FROM statement_wishes AS z WHERE z.authority = w.authority)
