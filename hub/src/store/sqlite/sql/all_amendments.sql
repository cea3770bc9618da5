-- All that is laid over the master's tables, in order.
SELECT json_object(
    'number', x.number, 'authority', x.authority, 'valid_from', x.valid_from, 'cells', x.cells,
    'person', x.person, 'at', x.at
)
FROM amendments AS x WHERE $1 IS NOT NULL
ORDER BY x.number
