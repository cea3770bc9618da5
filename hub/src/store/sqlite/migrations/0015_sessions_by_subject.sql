-- Staff of an authority are found by whom they act for: those who are logged in.
CREATE INDEX sessions_by_subject ON sessions (subject);
