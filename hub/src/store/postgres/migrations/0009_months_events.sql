-- See 0007. The rows that there are become the partition `events_before`. What no partition is
-- for goes to `events_default`, where upkeep finds it and says so; it makes the months ahead.
DO $$
DECLARE
    month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    bound uuid;
    next_bound uuid;
BEGIN
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    SELECT substring(pg_get_constraintdef(oid) FROM '[0-9a-f-]{36}')::uuid INTO bound
    FROM pg_constraint WHERE conrelid = 'events'::regclass AND conname = 'events_before';
    IF bound IS NULL THEN
        -- It was empty: months begin with this one, or, if rows came since, in three months.
        IF EXISTS (SELECT FROM events) THEN
            month := month + interval '3 months';
        END IF;
        bound := (lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid;
    ELSE
        month := to_timestamp(('x' || left(replace(bound::text, '-', ''), 12))::bit(48)::bigint
            / 1000.0) AT TIME ZONE 'UTC';
    END IF;

    ALTER TABLE events RENAME TO events_before;
    ALTER INDEX events_pkey RENAME TO events_before_pkey;
    CREATE TABLE events (
        filing_id UUID NOT NULL,
        seq INTEGER NOT NULL,
        at BIGINT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (filing_id, seq)
    ) PARTITION BY RANGE (filing_id);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION events_before '
        'FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    ALTER TABLE events_before DROP CONSTRAINT IF EXISTS events_before;
    CREATE TABLE events_default PARTITION OF events DEFAULT;

    WHILE month <= now() AT TIME ZONE 'UTC' + interval '3 months' LOOP
        next_bound := (lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint),
            12, '0') || repeat('0', 20))::uuid;
        EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            'events_' || to_char(month, 'YYYY_MM'), bound, next_bound);
        month := month + interval '1 month';
        bound := next_bound;
    END LOOP;
END $$;
