DELETE FROM bulk_lines WHERE bulk_id = $1 ->> '$'
