SELECT json_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'sha256', x.sha256,
    'volume', x.volume, 'first_byte', x.first_byte, 'bytes', x.bytes,
    'pages', x.pages, 'replaced', x.replaced, 'printed_at', x.printed_at
)
FROM prints AS x
WHERE x.filing_id = $1 ->> '$.filing_id' AND x.revision = $1 ->> '$.revision'
