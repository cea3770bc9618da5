SELECT json_build_object(
    'filings', (SELECT count(*) FROM filings),
    'unrouted', (SELECT count(*) FROM revisions WHERE routed_at IS NULL),
    'outbox', (SELECT count(*) FROM outbox),
    'dead_letters', (SELECT count(*) FROM dead_letters),
    'oldest_due', (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'waiting'),
    'open_notices', (SELECT count(*) FROM notices WHERE state NOT IN ('sent', 'failed'))
)::text
WHERE $1::text IS NOT NULL
