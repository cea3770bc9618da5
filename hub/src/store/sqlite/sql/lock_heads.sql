-- One writer at a time on this engine: no row lock is needed.
SELECT json_object('id', id, 'event_seq', event_seq, 'event_head', event_head)
FROM filings WHERE id IN (SELECT value FROM json_each($1))
