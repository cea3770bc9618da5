-- Statements that are handed out to authorities that asked for it. `next_try_at` is also until when
-- someone has it.
CREATE TABLE statement_handouts (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('sftp', 'email')),
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'failed')),
    tries INTEGER NOT NULL CHECK (tries >= 0),
    next_try_at INTEGER,
    why TEXT,
    made_at INTEGER NOT NULL,
    sent_at INTEGER,
    PRIMARY KEY (authority, day),
    CHECK ((state = 'due') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'failed' OR why IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_handouts_due ON statement_handouts (next_try_at) WHERE state = 'due';
CREATE INDEX statement_handouts_sent ON statement_handouts (day, authority)
WHERE way = 'sftp' AND state = 'sent';

-- Answers come over SFTP, too; a CHECK is changed by writing the table anew.
CREATE TABLE statement_answers_anew (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    packages INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    other INTEGER NOT NULL,
    differences TEXT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('api', 'page', 'sftp')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (authority, day, id)
) STRICT, WITHOUT ROWID;
INSERT INTO statement_answers_anew SELECT * FROM statement_answers;
DROP TABLE statement_answers;
ALTER TABLE statement_answers_anew RENAME TO statement_answers;
