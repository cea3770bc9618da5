-- Whose turn it was when a lane failed last; NULL where it failed before this column was there.
ALTER TABLE lanes ADD COLUMN last_owner TEXT;
