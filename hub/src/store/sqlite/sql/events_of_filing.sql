SELECT json_object(
    'filing_id', x.filing_id, 'seq', x.seq, 'at', x.at, 'kind', x.kind, 'body', x.body,
    'hash', x.hash
)
FROM events AS x WHERE x.filing_id = $1 ->> '$'
ORDER BY x.seq
