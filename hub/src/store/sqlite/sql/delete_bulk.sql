DELETE FROM bulks WHERE id = $1 ->> '$' AND chosen_at IS NULL
