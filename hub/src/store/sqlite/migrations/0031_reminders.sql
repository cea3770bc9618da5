-- Where an authority is written to, from which day on. Only added to: the later entry of a day counts,
-- and the former ones say who wrote what, and when. No address: it is not written to.
CREATE TABLE contacts (
    authority TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    mail TEXT,
    from_day TEXT NOT NULL,
    by_whom TEXT NOT NULL CHECK (by_whom IN ('authority', 'operations')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (authority, version)
) STRICT, WITHOUT ROWID;

-- Mails about what lies unread: at most one a day to each, of each step. The id says day, step and to
-- whom, so that the same is never made twice.
CREATE TABLE reminders (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('authority', 'prefecture', 'operations')),
    addressee TEXT NOT NULL,
    mail TEXT,
    deliveries INTEGER NOT NULL CHECK (deliveries > 0),
    state TEXT NOT NULL CHECK (state IN
        ('waiting', 'sending', 'sent', 'failed', 'unaddressed', 'over')),
    tries INTEGER NOT NULL,
    next_attempt_at INTEGER,
    lease_until INTEGER,
    why TEXT,
    made_at INTEGER NOT NULL,
    sent_at INTEGER,
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((state = 'unaddressed') = (mail IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reminders_open ON reminders (coalesce(next_attempt_at, lease_until))
WHERE state IN ('waiting', 'sending');

-- What each of them is about: a delivery is in one of each step.
CREATE TABLE reminded (
    delivery_id TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('authority', 'prefecture', 'operations')),
    authority TEXT NOT NULL,
    reminder_id TEXT NOT NULL,
    PRIMARY KEY (delivery_id, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminded_by_reminder ON reminded (reminder_id, authority);
CREATE INDEX reminded_by_authority ON reminded (authority, reminder_id);
