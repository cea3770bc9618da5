-- When someone who is logged in proved who they are; 0: not known, as of all from before.
ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER NOT NULL DEFAULT 0;
