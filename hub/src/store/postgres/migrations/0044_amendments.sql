-- What authorities, or operations for them, changed about what they accept: from a day on, some cells of a
-- row of the master, as JSON by column, and what they were. In order of their numbers they are laid over the
-- built-in tables. A row is never changed or deleted, and the table refuses it.
CREATE TABLE amendments (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    authority TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    cells TEXT NOT NULL,
    was TEXT NOT NULL,
    why TEXT NOT NULL,
    by_whom TEXT NOT NULL CHECK (by_whom IN ('authority', 'operations')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX amendments_by_authority ON amendments (authority, number DESC);

CREATE FUNCTION amendments_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'amendments of the master are never changed or deleted';
END
$$;
CREATE TRIGGER amendments_stay BEFORE UPDATE OR DELETE ON amendments
FOR EACH ROW EXECUTE FUNCTION amendments_stay();
