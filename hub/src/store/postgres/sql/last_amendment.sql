-- The number of the last amendment of the master; 0 without any.
SELECT coalesce(max(x.number), 0)::text FROM amendments AS x WHERE $1::text IS NOT NULL
