SELECT json_quote(before) FROM retired WHERE what = $1 ->> '$'
