-- Events and attempts are going to lie in partitions by month: of the filing, of the delivery. Ids
-- are UUIDs of version 7, which begin with the time, so that months are ranges of ids: a filing's
-- chain stays in one partition, and so do a delivery's attempts; keys stay as they are, and with
-- them what older processes ask for. SQLite keeps one table of each.
--
-- What there is becomes the first partition as it stands, and nothing is moved. 0007 says up to
-- which id it will reach: three months ahead, so that there is time to finish. 0008 looks whether
-- that holds, while work goes on, so that 0009 and 0010 need a table to themselves for a moment only.
DO $$
DECLARE
    ahead timestamp := date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months';
    bound uuid := (lpad(to_hex((extract(epoch FROM ahead) * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
BEGIN
    IF EXISTS (SELECT FROM attempts) THEN
        EXECUTE format('ALTER TABLE attempts ADD CONSTRAINT attempts_before '
            'CHECK (delivery_id < %L) NOT VALID', bound);
    END IF;
    IF EXISTS (SELECT FROM events) THEN
        EXECUTE format('ALTER TABLE events ADD CONSTRAINT events_before '
            'CHECK (filing_id < %L) NOT VALID', bound);
    END IF;
END $$;
