-- The rows are locked until the commit: two couriers may append to one chain.
SELECT json_build_object('id', id, 'event_seq', event_seq, 'event_head', event_head)::text
FROM filings WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json))
ORDER BY id FOR UPDATE
