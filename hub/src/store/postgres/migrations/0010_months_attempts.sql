-- See 0007. The rows that there are become the partition `attempts_before`. What no partition is
-- for goes to `attempts_default`, where upkeep finds it and says so; it makes the months ahead.
DO $$
DECLARE
    month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    bound uuid;
    next_bound uuid;
BEGIN
    LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE;
    SELECT substring(pg_get_constraintdef(oid) FROM '[0-9a-f-]{36}')::uuid INTO bound
    FROM pg_constraint WHERE conrelid = 'attempts'::regclass AND conname = 'attempts_before';
    IF bound IS NULL THEN
        -- It was empty: months begin with this one, or, if rows came since, in three months.
        IF EXISTS (SELECT FROM attempts) THEN
            month := month + interval '3 months';
        END IF;
        bound := (lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid;
    ELSE
        month := to_timestamp(('x' || left(replace(bound::text, '-', ''), 12))::bit(48)::bigint
            / 1000.0) AT TIME ZONE 'UTC';
    END IF;

    ALTER TABLE attempts RENAME TO attempts_before;
    ALTER INDEX attempts_pkey RENAME TO attempts_before_pkey;
    CREATE TABLE attempts (
        delivery_id UUID NOT NULL,
        number INTEGER NOT NULL,
        channel TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        finished_at BIGINT NOT NULL,
        outcome TEXT NOT NULL CONSTRAINT attempts_outcome_check
            CHECK (outcome IN ('delivered', 'deferred', 'refused', 'unknown')),
        detail TEXT NOT NULL,
        PRIMARY KEY (delivery_id, number)
    ) PARTITION BY RANGE (delivery_id);
    EXECUTE format('ALTER TABLE attempts ATTACH PARTITION attempts_before '
        'FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    ALTER TABLE attempts_before DROP CONSTRAINT IF EXISTS attempts_before;
    CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;

    WHILE month <= now() AT TIME ZONE 'UTC' + interval '3 months' LOOP
        next_bound := (lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint),
            12, '0') || repeat('0', 20))::uuid;
        EXECUTE format('CREATE TABLE %I PARTITION OF attempts FOR VALUES FROM (%L) TO (%L)',
            'attempts_' || to_char(month, 'YYYY_MM'), bound, next_bound);
        month := month + interval '1 month';
        bound := next_bound;
    END LOOP;
END $$;
