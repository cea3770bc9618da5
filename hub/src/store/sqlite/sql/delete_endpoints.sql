DELETE FROM endpoints WHERE authority = $1 ->> '$'
