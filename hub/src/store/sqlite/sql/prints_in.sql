-- What is printed in an object: a volume, or a print by itself.
SELECT json_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'sha256', x.sha256,
    'volume', x.volume, 'first_byte', x.first_byte, 'bytes', x.bytes,
    'pages', x.pages, 'replaced', x.replaced, 'printed_at', x.printed_at
)
FROM prints AS x
WHERE coalesce(x.volume, x.sha256) = $1 ->> '$'
ORDER BY x.filing_id, x.revision
