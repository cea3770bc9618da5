INSERT INTO upload_pieces (upload_id, begins_at, size, sha256)
SELECT $1 ->> '$.upload_id', $1 ->> '$.begins_at', $1 ->> '$.size', $1 ->> '$.sha256'
