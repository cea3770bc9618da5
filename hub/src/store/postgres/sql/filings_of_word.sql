-- The newest first; an id begins with the time of the filing, so it is the place in the list.
SELECT json_build_object(
    'id', f.id, 'receipt_number', f.receipt_number, 'corporate_number', f.corporate_number,
    'operator_name', f.operator_name, 'kind', f.kind, 'office_name', f.office_name,
    'received_at', f.received_at, 'revision', f.revision, 'withdrawn_at', f.withdrawn_at,
    'event_seq', f.event_seq, 'event_head', f.event_head
)::text
FROM (
    SELECT w.filing_id FROM filing_words AS w
    WHERE w.word = (($1::json) ->> 'word') AND w.filing_id < (($1::json) ->> 'before')::uuid
    ORDER BY w.filing_id DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x
JOIN filings AS f ON f.id = x.filing_id
ORDER BY x.filing_id DESC
