-- What operations staff do by hand, in one chain for all: each hash is over the one before. A row is
-- never changed or deleted, and the table refuses it.
CREATE TABLE staff_acts (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    why TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX staff_acts_by_subject ON staff_acts (subject, seq DESC);

CREATE FUNCTION staff_acts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'acts of staff are never changed or deleted';
END
$$;
CREATE TRIGGER staff_acts_stay BEFORE UPDATE OR DELETE ON staff_acts
FOR EACH ROW EXECUTE FUNCTION staff_acts_stay();

-- A dead letter that somebody has dealt with; how is in their act.
ALTER TABLE dead_letters ADD COLUMN settled_at BIGINT;
