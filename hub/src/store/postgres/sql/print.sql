SELECT json_build_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'sha256', x.sha256,
    'volume', x.volume, 'first_byte', x.first_byte, 'bytes', x.bytes,
    'pages', x.pages, 'replaced', x.replaced, 'printed_at', x.printed_at
)::text
FROM prints AS x
WHERE x.filing_id = (($1::json) ->> 'filing_id')::uuid
    AND x.revision = (($1::json) ->> 'revision')::int
