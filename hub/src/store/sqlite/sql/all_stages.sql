-- What was said of stages, of one authority or of all.
SELECT json_object(
    'authority', x.authority, 'stage', x.stage, 'due_on', x.due_on, 'done_at', x.done_at,
    'person', x.person, 'name', x.name, 'why', x.why, 'updated_at', x.updated_at
)
FROM stages AS x WHERE $1 ->> '$' IS NULL OR x.authority = $1 ->> '$'
