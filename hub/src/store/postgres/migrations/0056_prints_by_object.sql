-- no-transaction
-- expand: an index alone, built beside running work. Which prints lie in an object: a volume of several,
-- or one by itself.
CREATE INDEX CONCURRENTLY IF NOT EXISTS prints_by_object ON prints (coalesce(volume, sha256));
