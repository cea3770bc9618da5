-- Or goes on with the one of the same file; a new one only where there are fewer than may be.
INSERT INTO uploads (
    id, draft_id, corporate_number, file_name, media_type, size, modified_at, received, touched_at
)
SELECT
    $1 ->> '$.id', $1 ->> '$.draft_id', $1 ->> '$.corporate_number', $1 ->> '$.file_name',
    $1 ->> '$.media_type', $1 ->> '$.size', $1 ->> '$.modified_at', 0, $1 ->> '$.touched_at'
WHERE (
    SELECT count(*) FROM uploads AS o
    WHERE o.draft_id = $1 ->> '$.draft_id' AND o.added_as IS NULL AND NOT (
        o.file_name = $1 ->> '$.file_name' AND o.size = $1 ->> '$.size'
        AND o.modified_at = $1 ->> '$.modified_at')) < $1 ->> '$.max'
ON CONFLICT (draft_id, file_name, size, modified_at) WHERE added_as IS NULL
DO UPDATE SET touched_at = excluded.touched_at
RETURNING json_object(
    'id', id, 'draft_id', draft_id, 'corporate_number', corporate_number,
    'file_name', file_name, 'media_type', media_type, 'size', size, 'modified_at', modified_at,
    'received', received, 'added_as', added_as, 'touched_at', touched_at
)
