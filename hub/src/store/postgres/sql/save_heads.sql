UPDATE filings AS x SET
    event_seq = r.event_seq, event_head = r.event_head
FROM json_to_recordset($1::json) AS r (
    id uuid, event_seq int, event_head text
)
WHERE x.id = r.id
