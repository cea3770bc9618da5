-- One writer at a time on this engine: no lock is needed.
SELECT '1' WHERE $1 IS NOT NULL
