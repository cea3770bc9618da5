SELECT to_json(before)::text FROM retired WHERE what = (($1::json) #>> '{}')
