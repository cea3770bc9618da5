-- Or goes on with the one of the same file; a new one only where there are fewer than may be.
INSERT INTO uploads AS x (
    id, draft_id, corporate_number, file_name, media_type, size, modified_at, received, touched_at
)
SELECT
    (($1::json) ->> 'id')::uuid, (($1::json) ->> 'draft_id')::uuid,
    ($1::json) ->> 'corporate_number', ($1::json) ->> 'file_name', ($1::json) ->> 'media_type',
    (($1::json) ->> 'size')::bigint, (($1::json) ->> 'modified_at')::bigint, 0,
    (($1::json) ->> 'touched_at')::bigint
WHERE (
    SELECT count(*) FROM uploads AS o
    WHERE o.draft_id = (($1::json) ->> 'draft_id')::uuid AND o.added_as IS NULL AND NOT (
        o.file_name = ($1::json) ->> 'file_name' AND o.size = (($1::json) ->> 'size')::bigint
        AND o.modified_at = (($1::json) ->> 'modified_at')::bigint)
) < (($1::json) ->> 'max')::bigint
ON CONFLICT (draft_id, file_name, size, modified_at) WHERE added_as IS NULL
DO UPDATE SET touched_at = excluded.touched_at
RETURNING json_build_object(
    'id', x.id, 'draft_id', x.draft_id, 'corporate_number', x.corporate_number,
    'file_name', x.file_name, 'media_type', x.media_type, 'size', x.size,
    'modified_at', x.modified_at, 'received', x.received, 'added_as', x.added_as,
    'touched_at', x.touched_at
)::text
