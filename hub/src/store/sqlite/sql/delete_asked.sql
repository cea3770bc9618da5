DELETE FROM statement_asked WHERE whom IN (SELECT value ->> '$.whom' FROM json_each($1))
