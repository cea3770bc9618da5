SELECT json_build_object(
    'delivery_id', x.delivery_id, 'verdict', x.verdict, 'comment', x.comment,
    'files', x.files, 'marks', x.marks, 'source', x.source, 'decided_at', x.decided_at
)::text
FROM decisions AS x WHERE x.delivery_id = (($1::json) #>> '{}')::uuid
