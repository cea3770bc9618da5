DELETE FROM erased_objects WHERE sha256 IN (SELECT value FROM json_each($1))
