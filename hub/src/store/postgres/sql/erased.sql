-- That the contents of a filing were erased.
SELECT json_build_object('at', x.at, 'erasure_id', x.erasure_id)::text
FROM erased AS x WHERE x.filing_id = (($1::json) #>> '{}')::uuid AND x.what = 'contents'
