SELECT json_build_object(
    'id', x.id, 'receipt_number', x.receipt_number, 'corporate_number', x.corporate_number,
    'operator_name', x.operator_name, 'kind', x.kind, 'office_name', x.office_name,
    'received_at', x.received_at, 'revision', x.revision, 'withdrawn_at', x.withdrawn_at,
    'event_seq', x.event_seq, 'event_head', x.event_head
)::text
FROM filings AS x WHERE x.id = (($1::json) #>> '{}')::uuid
FOR UPDATE
