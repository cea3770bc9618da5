INSERT INTO upload_pieces (upload_id, begins_at, size, sha256)
SELECT
    (($1::json) ->> 'upload_id')::uuid, (($1::json) ->> 'begins_at')::bigint,
    (($1::json) ->> 'size')::bigint, ($1::json) ->> 'sha256'
