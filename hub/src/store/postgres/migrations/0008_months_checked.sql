-- no-transaction
-- Reads all rows, and hinders nobody. Where a table was empty there is nothing to look at.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint
        WHERE conrelid = 'attempts'::regclass AND conname = 'attempts_before') THEN
        ALTER TABLE attempts VALIDATE CONSTRAINT attempts_before;
    END IF;
END $$;

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint
        WHERE conrelid = 'events'::regclass AND conname = 'events_before') THEN
        ALTER TABLE events VALIDATE CONSTRAINT events_before;
    END IF;
END $$;
