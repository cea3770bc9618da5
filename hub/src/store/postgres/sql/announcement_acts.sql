-- What was done about one announcement, the newest first.
SELECT json_build_object(
    'announcement_id', x.announcement_id, 'version', x.version, 'kind', x.kind, 'said', x.said,
    'person', x.person, 'name', x.name, 'at', x.at
)::text
FROM announcement_acts AS x WHERE x.announcement_id = (($1::json) #>> '{}')::uuid
ORDER BY x.version DESC
