SELECT json_build_object('hour', hour, 'what', what, 'count', sum(count))::text
FROM hour_counts WHERE hour >= (($1::json) #>> '{}')::bigint
GROUP BY hour, what ORDER BY hour, what
