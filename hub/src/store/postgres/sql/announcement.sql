SELECT json_build_object(
    'id', x.id, 'version', x.version, 'title_ja', x.title_ja, 'title_en', x.title_en,
    'text_ja', x.text_ja, 'text_en', x.text_en, 'audience', x.audience, 'from_at', x.from_at,
    'until_at', x.until_at
)::text
FROM announcements AS x WHERE x.id = (($1::json) #>> '{}')::uuid
