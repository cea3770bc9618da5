-- expand: whose turn it was when a lane failed last; NULL where it failed before this column was there.
ALTER TABLE lanes ADD COLUMN IF NOT EXISTS last_owner TEXT;
