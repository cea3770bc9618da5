SELECT json_build_object('sha256', x.sha256, 'id', x.id, 'text', x.text)::text
FROM ledger_profiles AS x WHERE x.sha256 = (($1::json) #>> '{}')
