-- Of those that have ended, or that others do the work of.
DELETE FROM processes WHERE id IN (SELECT value ->> '$.id' FROM json_each($1))
