-- no-transaction
-- expand: an index alone, built beside running work. A file that two processes find is one answer.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS statement_answers_by_source
ON statement_answers (authority, day, source);
