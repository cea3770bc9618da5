UPDATE filings AS x SET
    event_seq = r.event_seq, event_head = r.event_head
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r (id, event_seq, event_head)
WHERE x.id = r.id
