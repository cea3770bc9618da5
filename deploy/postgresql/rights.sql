-- What each user may do with the tables. After every `todoke migrate`, before the processes of the new
-- build start, as the migrator; a second time changes nothing:
--   psql "$MIGRATOR_URL" --file=rights.sql
\set ON_ERROR_STOP on
BEGIN;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM todoke_app, todoke_read;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO todoke_app;

-- What stands as evidence is added to, never changed: not by a process that was taken over, either.
-- Only upkeep deletes events and tries when their time is over, as their owner.
REVOKE UPDATE, DELETE ON events, attempts, staff_acts, amendments FROM todoke_app;
-- Which migrations were, only a migrator writes.
REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM todoke_app;

-- Months, also those that a migration has made, are upkeep's; they are reached by their table, never by
-- their own name.
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT oid::regclass AS name, relowner = 'todoke_months'::regrole AS is_owned,
            relispartition AS is_month
        FROM pg_class
        WHERE oid IN ('events'::regclass, 'attempts'::regclass) OR oid IN (
            SELECT inhrelid FROM pg_inherits
            WHERE inhparent IN ('events'::regclass, 'attempts'::regclass)
        )
        ORDER BY oid
    LOOP
        -- This locks the table for a moment, so only where there is something to do.
        IF NOT part.is_owned THEN
            EXECUTE format('ALTER TABLE %s OWNER TO todoke_months', part.name);
        END IF;
        IF part.is_month THEN
            EXECUTE format('REVOKE ALL ON %s FROM todoke_app', part.name);
        END IF;
    END LOOP;
END $$;

-- Dashboards see what moves, and nothing of whom: no names, addresses, documents, answers or keys.
GRANT SELECT (id, receipt_number, kind, received_at, revision, withdrawn_at)
    ON filings TO todoke_read;
GRANT SELECT (filing_id, revision, action, received_at, routed_at) ON revisions TO todoke_read;
GRANT SELECT (
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts, postponed,
    next_attempt_at, lease_until, owner, review, second_copy, rule, article, created_at, channel_since,
    delivered_at, decided_at, updated_at
) ON deliveries TO todoke_read;
GRANT SELECT (delivery_id, number, channel, started_at, finished_at, outcome)
    ON attempts TO todoke_read;
GRANT SELECT (delivery_id, verdict, decided_at) ON decisions TO todoke_read;
GRANT SELECT (id, filing_id, delivery_id, kind, state, tries, next_attempt_at, created_at, sent_at)
    ON notices TO todoke_read;
GRANT SELECT (authority, channel, breaker, failures, openings, open_until, paused_at, updated_at)
    ON lanes TO todoke_read;
GRANT SELECT (id, queue, at, settled_at) ON dead_letters TO todoke_read;
GRANT SELECT (id, exchange, routing_key, claimed_until) ON outbox TO todoke_read;

COMMIT;
