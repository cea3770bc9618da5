UPDATE watch_looks SET number = $1 ->> '$.number', looked_at = $1 ->> '$.looked_at'
WHERE id = 1
