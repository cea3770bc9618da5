DELETE FROM erased_objects WHERE sha256 = ANY ($1::text[])
