-- no-transaction
-- expand: two tables that builds from before do not know, and an index built beside running work; each
-- statement stands alone, and does nothing where it was done before.
-- What an authority was brought on a day of Japan's calendar, in sum: the statement itself is read from
-- the deliveries each time it is asked for.
CREATE TABLE IF NOT EXISTS statements (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    packages INT NOT NULL CHECK (packages >= 0),
    digest TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (authority, day)
);

CREATE INDEX CONCURRENTLY IF NOT EXISTS statements_by_day ON statements (day, authority);

-- What the authority says it has of that, as it compared. Rows are only added: the newest counts.
CREATE TABLE IF NOT EXISTS statement_answers (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    id UUID NOT NULL,
    digest TEXT NOT NULL,
    packages INT NOT NULL,
    answered INT NOT NULL,
    missing INT NOT NULL,
    unknown INT NOT NULL,
    other INT NOT NULL,
    differences TEXT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('api', 'page')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (authority, day, id)
);

-- What arrived at an authority, by when.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_delivered
ON deliveries (authority, delivered_at, id) WHERE state = 'delivered';
