SELECT json_object('hour', hour, 'what', what, 'count', sum(count))
FROM hour_counts WHERE hour >= $1 ->> '$'
GROUP BY hour, what ORDER BY hour, what
