-- Answers what keeps it from working: after a failover, a standby can be read but not written to.
-- Every statement gives a text, so nothing to say is JSON's null.
SELECT COALESCE(to_json(CASE WHEN pg_is_in_recovery() THEN
    'store.url leads to a standby, which takes no writes: name the primary, or several hosts'
END)::text, 'null')
WHERE $1::text IS NOT NULL
