-- The rows are locked until the commit: two couriers may append to one chain.
SELECT
    id, event_seq, event_head
FROM filings WHERE id = ANY($1::uuid[])
ORDER BY id FOR UPDATE
