-- That the contents of a filing were erased.
SELECT json_object('at', x.at, 'erasure_id', x.erasure_id)
FROM erased AS x WHERE x.filing_id = $1 ->> '$' AND x.what = 'contents'
