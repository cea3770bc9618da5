-- Statements that are handed out to authorities that asked for it. `next_try_at` is also until when
-- someone has it.
CREATE TABLE statement_handouts (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('sftp', 'email')),
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'failed')),
    tries INT NOT NULL CHECK (tries >= 0),
    next_try_at BIGINT,
    why TEXT,
    made_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (authority, day),
    CHECK ((state = 'due') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'failed' OR why IS NOT NULL)
);
CREATE INDEX statement_handouts_due ON statement_handouts (next_try_at) WHERE state = 'due';
CREATE INDEX statement_handouts_sent ON statement_handouts (day, authority)
WHERE way = 'sftp' AND state = 'sent';

-- expand: answers come over SFTP, too. What is there was held to fewer words; no row is looked at.
ALTER TABLE statement_answers
DROP CONSTRAINT IF EXISTS statement_answers_via_check,
ADD CONSTRAINT statement_answers_via_check CHECK (via IN ('api', 'page', 'sftp')) NOT VALID;
