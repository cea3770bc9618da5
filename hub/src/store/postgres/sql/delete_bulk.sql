DELETE FROM bulks
WHERE id = (($1::json) #>> '{}')::uuid AND chosen_at IS NULL
