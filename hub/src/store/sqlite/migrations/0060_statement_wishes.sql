-- Who wants statements, and by which way, as people chose on pages; entries are added, never altered.
-- `way` NULL: none are wanted. `from_day`: the first day that is handed out.
CREATE TABLE statement_wishes (
    authority TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    way TEXT CHECK (way IN ('sftp', 'email')),
    from_day TEXT,
    by_whom TEXT NOT NULL CHECK (by_whom IN ('authority', 'operations')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (authority, version),
    CHECK ((way IS NULL) = (from_day IS NULL))
) STRICT, WITHOUT ROWID;

-- Whom the settings ask for (a code, or `all`), and since which day.
CREATE TABLE statement_asked (
    whom TEXT PRIMARY KEY,
    from_day TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Whom the build before handed statements out to, it was asked for.
INSERT INTO statement_asked (whom, from_day)
SELECT authority, min(day) FROM statement_handouts GROUP BY authority;

-- When it could not be handed out, also while it is sent again.
ALTER TABLE statement_handouts ADD COLUMN failed_at INTEGER;
CREATE INDEX statement_handouts_open ON statement_handouts (day, authority) WHERE state <> 'sent';

-- Which file an answer came in; NULL: it came in none.
ALTER TABLE statement_answers ADD COLUMN source TEXT;
