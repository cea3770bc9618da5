-- Figures of months: how far each is counted. A round goes through the month's deliveries once, by id;
-- `shown` is the last round that came to its end, `counted_at` when that one began.
CREATE TABLE month_counts (
    month TEXT PRIMARY KEY,
    round INTEGER NOT NULL CHECK (round > 0),
    began_at INTEGER,
    after_id TEXT NOT NULL,
    shown INTEGER,
    counted_at INTEGER,
    unfinished INTEGER NOT NULL,
    CHECK (began_at IS NOT NULL OR coalesce(shown = round, 0)),
    CHECK ((shown IS NULL) = (counted_at IS NULL))
) STRICT, WITHOUT ROWID;

-- What a round has counted so far, by authority and channel ('' where there is none), as JSON.
CREATE TABLE month_figures (
    month TEXT NOT NULL,
    round INTEGER NOT NULL,
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('', 'api', 'sftp', 'email', 'pull')),
    figures TEXT NOT NULL,
    PRIMARY KEY (month, round, authority, channel)
) STRICT, WITHOUT ROWID;

-- Mails to operations about what had failed and arrived since.
CREATE INDEX reminders_fixed ON reminders (made_at) WHERE addressee = 'fixed';

-- What arrived after more than one try.
CREATE INDEX deliveries_fixed ON deliveries (delivered_at, id)
WHERE state = 'delivered' AND attempts > 1;
