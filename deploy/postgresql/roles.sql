-- Users of the database, each with what it needs. Once, as a superuser, before the first `todoke migrate`:
--   psql --dbname=postgres --file=roles.sql          (--set=database=NAME for another than `todoke`)
-- Then give the four that log in a password each: \password todoke_migrator, and so on.
--
--   todoke_owner     nobody logs in as it: owns the tables
--   todoke_months    nobody logs in as it: owns `events`, `attempts` and their months
--   todoke_migrator  `todoke migrate`; is todoke_owner from its login on
--   todoke_app       all roles but upkeep
--   todoke_upkeep    upkeep; is todoke_months from its login on. It makes and drops partitions, which
--                    PostgreSQL lets only the owner of a table do: so these two tables have an owner of
--                    their own, and nothing else of the tables is upkeep's to change
--   todoke_read      dashboards; no names, no contents
--
-- What each may do with the tables is in rights.sql.
\set ON_ERROR_STOP on
\if :{?database}
\else
    \set database todoke
\endif

CREATE ROLE todoke_owner NOLOGIN;
CREATE ROLE todoke_months NOLOGIN;
CREATE ROLE todoke_migrator LOGIN;
CREATE ROLE todoke_app LOGIN;
CREATE ROLE todoke_upkeep LOGIN;
CREATE ROLE todoke_read LOGIN;

-- A migration may change what upkeep owns, not the other way round.
GRANT todoke_months TO todoke_owner;
GRANT todoke_owner TO todoke_migrator;
GRANT todoke_months TO todoke_upkeep;
GRANT todoke_app TO todoke_months;

CREATE DATABASE :"database" OWNER todoke_owner ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database"
    TO todoke_migrator, todoke_app, todoke_upkeep, todoke_read;

-- What a user makes belongs to the role behind it, whoever logged in.
ALTER ROLE todoke_migrator IN DATABASE :"database" SET role = 'todoke_owner';
ALTER ROLE todoke_upkeep IN DATABASE :"database" SET role = 'todoke_months';

-- A dashboard's query harms nobody by its length, nor by a lock.
ALTER ROLE todoke_read IN DATABASE :"database" SET default_transaction_read_only = on;
ALTER ROLE todoke_read IN DATABASE :"database" SET statement_timeout = '10s';
ALTER ROLE todoke_read IN DATABASE :"database" SET lock_timeout = '1s';
ALTER ROLE todoke_read CONNECTION LIMIT 5;

\connect :"database"
-- Before PostgreSQL 15 everyone may make tables here.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO todoke_owner;
GRANT USAGE ON SCHEMA public TO todoke_app, todoke_read;
-- Months are tables.
GRANT USAGE, CREATE ON SCHEMA public TO todoke_months;
