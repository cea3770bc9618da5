-- no-transaction
-- expand: two tables that builds from before do not know, and indexes built beside running work; each
-- statement stands alone, and does nothing where it was done before.
-- Figures of months: how far each is counted. A round goes through the month's deliveries once, by id;
-- `shown` is the last round that came to its end, `counted_at` when that one began.
CREATE TABLE IF NOT EXISTS month_counts (
    month TEXT PRIMARY KEY,
    round INT NOT NULL CHECK (round > 0),
    began_at BIGINT,
    after_id UUID NOT NULL,
    shown INT,
    counted_at BIGINT,
    unfinished BIGINT NOT NULL,
    CHECK (began_at IS NOT NULL OR coalesce(shown = round, false)),
    CHECK ((shown IS NULL) = (counted_at IS NULL))
);

-- What a round has counted so far, by authority and channel ('' where there is none), as JSON.
CREATE TABLE IF NOT EXISTS month_figures (
    month TEXT NOT NULL,
    round INT NOT NULL,
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('', 'api', 'sftp', 'email', 'pull')),
    figures TEXT NOT NULL,
    PRIMARY KEY (month, round, authority, channel)
);

-- Mails to operations about what had failed and arrived since.
CREATE INDEX CONCURRENTLY IF NOT EXISTS reminders_fixed
ON reminders (made_at) WHERE addressee = 'fixed';

-- What arrived after more than one try.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_fixed
ON deliveries (delivered_at, id) WHERE state = 'delivered' AND attempts > 1;
