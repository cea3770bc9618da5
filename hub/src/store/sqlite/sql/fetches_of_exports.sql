-- Who fetched some exports, the newest first.
SELECT json_object(
    'id', x.id, 'export_id', x.export_id, 'format', x.format, 'person', x.person,
    'name', x.name, 'at', x.at
)
FROM json_each($1) AS j JOIN export_fetches AS x ON x.export_id = j.value
ORDER BY x.at DESC, x.id DESC
