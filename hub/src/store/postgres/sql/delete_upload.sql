DELETE FROM uploads WHERE id = (($1::json) #>> '{}')::uuid AND added_as IS NULL
