-- A file that two processes find is one answer.
CREATE UNIQUE INDEX statement_answers_by_source ON statement_answers (authority, day, source);
