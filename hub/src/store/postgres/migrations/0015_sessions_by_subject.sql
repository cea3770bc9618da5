-- no-transaction
-- Staff of an authority are found by whom they act for: those who are logged in.
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_by_subject ON sessions (subject);
