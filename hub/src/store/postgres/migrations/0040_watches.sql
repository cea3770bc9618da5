-- What people have to know of for as long as it lasts: a row from when it began to when it ended. At
-- most one of a kind and subject goes on, whichever process looks.
CREATE TABLE watches (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    authority TEXT,
    channel TEXT CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    filing_id UUID,
    owner TEXT NOT NULL CHECK (owner IN ('operator', 'authority', 'hub', 'network')),
    since BIGINT NOT NULL,
    due_at BIGINT,
    detail TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    gone_at BIGINT,
    ended_at BIGINT,
    begin_alert UUID,
    end_alert UUID,
    CHECK (ended_at IS NULL OR gone_at IS NOT NULL),
    CHECK (end_alert IS NULL OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX watches_open ON watches (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX watches_by_time ON watches (begun_at DESC, id DESC);
CREATE INDEX watches_untold ON watches (id)
WHERE begin_alert IS NULL OR (ended_at IS NOT NULL AND end_alert IS NULL);
CREATE INDEX watches_ended ON watches (ended_at) WHERE ended_at IS NOT NULL;

-- One row: which look was the last, and when. Who looks takes its lock.
CREATE TABLE watch_looks (
    id INT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL,
    looked_at BIGINT NOT NULL
);
INSERT INTO watch_looks (id, number, looked_at) VALUES (1, 0, 0);

-- The mails about what began and ended: one for all that did within a short time. `next_try_at` is
-- also until when someone has it.
CREATE TABLE alerts (
    id UUID PRIMARY KEY,
    addressee TEXT NOT NULL,
    mail TEXT,
    body TEXT NOT NULL,
    begun INT NOT NULL,
    ended INT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'failed', 'unaddressed')),
    tries INT NOT NULL,
    next_try_at BIGINT,
    why TEXT,
    made_at BIGINT NOT NULL,
    sent_at BIGINT,
    CHECK ((state = 'due') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((state = 'unaddressed') = (mail IS NULL))
);
CREATE INDEX alerts_due ON alerts (next_try_at) WHERE state = 'due';
CREATE INDEX alerts_by_time ON alerts (made_at DESC, id DESC);

-- What the last look at an endpoint found. `next_at`: when the next is due.
CREATE TABLE probes (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    next_at BIGINT NOT NULL,
    looked_at BIGINT,
    code TEXT,
    failing_since BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (authority, channel),
    CHECK ((code IS NULL) = (failing_since IS NULL))
);
