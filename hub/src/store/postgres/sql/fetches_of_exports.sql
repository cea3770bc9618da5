-- Who fetched some exports, the newest first.
SELECT json_build_object(
    'id', x.id, 'export_id', x.export_id, 'format', x.format, 'person', x.person,
    'name', x.name, 'at', x.at
)::text
FROM export_fetches AS x WHERE x.export_id = ANY($1::uuid[])
ORDER BY x.at DESC, x.id DESC
