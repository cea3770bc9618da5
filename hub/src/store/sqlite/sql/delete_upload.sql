DELETE FROM uploads WHERE id = $1 ->> '$' AND added_as IS NULL
