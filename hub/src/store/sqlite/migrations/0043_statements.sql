-- What an authority was brought on a day of Japan's calendar, in sum: the statement itself is read from
-- the deliveries each time it is asked for.
CREATE TABLE statements (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    packages INTEGER NOT NULL CHECK (packages >= 0),
    digest TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (authority, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX statements_by_day ON statements (day, authority);

-- What the authority says it has of that, as it compared. Rows are only added: the newest counts.
CREATE TABLE statement_answers (
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
    via TEXT NOT NULL CHECK (via IN ('api', 'page')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (authority, day, id)
) STRICT, WITHOUT ROWID;

-- What arrived at an authority, by when.
CREATE INDEX deliveries_delivered ON deliveries (authority, delivered_at, id)
WHERE state = 'delivered';
