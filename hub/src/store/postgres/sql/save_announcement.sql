-- On top of the version that its writer saw: who comes second changes nothing.
UPDATE announcements SET
    version = (($1::json) ->> 'version')::int, title_ja = ($1::json) ->> 'title_ja',
    title_en = ($1::json) ->> 'title_en', text_ja = ($1::json) ->> 'text_ja',
    text_en = ($1::json) ->> 'text_en', audience = ($1::json) ->> 'audience',
    from_at = (($1::json) ->> 'from_at')::bigint, until_at = (($1::json) ->> 'until_at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid AND version = (($1::json) ->> 'version')::int - 1
