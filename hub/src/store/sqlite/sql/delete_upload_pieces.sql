DELETE FROM upload_pieces WHERE upload_id = $1 ->> '$'
