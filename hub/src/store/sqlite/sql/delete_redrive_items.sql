DELETE FROM redrive_items WHERE redrive_id = $1 ->> '$'
