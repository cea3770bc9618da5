-- Documents (資料) that operations give out: a row is one version of one of them, and the row that has
-- not ended is the one given out. Rows are added and ended, never deleted; the file of one that ended
-- goes after a while (gone_at).
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    title_ja TEXT NOT NULL CHECK (title_ja <> ''),
    title_en TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('manual', 'leaflet', 'notice')),
    audience TEXT NOT NULL CHECK (audience IN ('authorities', 'all')),
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_how TEXT CHECK (ended_how IN ('replaced', 'withdrawn')),
    ended_by TEXT,
    ended_by_name TEXT,
    gone_at INTEGER,
    CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by_name IS NULL)),
    CHECK (gone_at IS NULL OR ended_at IS NOT NULL),
    UNIQUE (document_id, version)
) STRICT;
CREATE UNIQUE INDEX documents_given_out ON documents (document_id) WHERE ended_at IS NULL;
CREATE INDEX documents_by_time ON documents (at DESC, id DESC);
CREATE INDEX documents_by_file ON documents (sha256) WHERE gone_at IS NULL;
CREATE INDEX documents_ended ON documents (ended_at) WHERE ended_at IS NOT NULL AND gone_at IS NULL;

-- What operations announce (お知らせ): to whom, from when until when (without an end: until someone ends
-- it), as it stands now.
CREATE TABLE announcements (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    title_ja TEXT NOT NULL CHECK (title_ja <> ''),
    title_en TEXT NOT NULL,
    text_ja TEXT NOT NULL CHECK (text_ja <> ''),
    text_en TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('authorities', 'operators', 'all')),
    from_at INTEGER NOT NULL,
    until_at INTEGER
) STRICT;
CREATE INDEX announcements_by_time ON announcements (from_at DESC, id DESC);

-- Who made, changed and ended it, and what it said from then on, as JSON. Rows are never changed.
CREATE TABLE announcement_acts (
    announcement_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('made', 'changed', 'ended')),
    said TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (announcement_id, version)
) STRICT;
