DELETE FROM hour_counts WHERE hour < $1 ->> '$'
