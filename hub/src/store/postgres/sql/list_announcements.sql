-- What was announced to some reader (null: to all), all of it or (`now`) what counts at a moment, the
-- newest first. `before` and `before_id` are the from_at and id of the last row seen.
SELECT json_build_object(
    'id', x.id, 'version', x.version, 'title_ja', x.title_ja, 'title_en', x.title_en,
    'text_ja', x.text_ja, 'text_en', x.text_en, 'audience', x.audience, 'from_at', x.from_at,
    'until_at', x.until_at
)::text
FROM announcements AS x
WHERE (($1::json) ->> 'reader' IS NULL OR x.audience IN ('all', ($1::json) ->> 'reader'))
    AND (($1::json) ->> 'now' IS NULL OR (x.from_at <= (($1::json) ->> 'now')::bigint
        AND (x.until_at IS NULL OR x.until_at > (($1::json) ->> 'now')::bigint)))
    AND x.from_at <= coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
    AND (x.from_at < coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
        OR x.id < (($1::json) ->> 'before_id')::uuid)
ORDER BY x.from_at DESC, x.id DESC LIMIT (($1::json) ->> 'limit')::bigint
