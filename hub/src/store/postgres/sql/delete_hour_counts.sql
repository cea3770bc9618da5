DELETE FROM hour_counts WHERE hour < (($1::json) #>> '{}')::bigint
