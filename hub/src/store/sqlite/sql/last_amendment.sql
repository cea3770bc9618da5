-- The number of the last amendment of the master; 0 without any.
SELECT json(coalesce(max(x.number), 0)) FROM amendments AS x WHERE $1 IS NOT NULL
