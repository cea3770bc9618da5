UPDATE filings AS x SET
    event_seq = r.event_seq, event_head = r.event_head
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.event_seq' AS event_seq,
        value ->> '$.event_head' AS event_head
    FROM json_each($1)
) AS r
WHERE x.id = r.id
