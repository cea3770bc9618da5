-- Processes of the hub that have said that they live, for people to see which roles nobody has.
CREATE TABLE processes (
    id UUID PRIMARY KEY,
    host TEXT NOT NULL,
    address TEXT NOT NULL,
    roles TEXT NOT NULL,
    build TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL
);
