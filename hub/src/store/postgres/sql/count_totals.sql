SELECT json_build_object(
    'filings', (SELECT count(*) FROM filings) -- but tests
        - (SELECT count(*) FROM filings WHERE corporate_number = '9000000000000'),
    'unplanned', (SELECT count(DISTINCT r.filing_id)
        FROM revisions AS r JOIN filings AS f ON f.id = r.filing_id
        WHERE r.problem IS NOT NULL AND f.withdrawn_at IS NULL),
    'unrouted', (SELECT count(*) FROM revisions WHERE routed_at IS NULL),
    'outbox', (SELECT count(*) FROM outbox),
    'dead_letters', (SELECT count(*) FROM dead_letters WHERE settled_at IS NULL),
    'oldest_due', (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'waiting'),
    'open_notices', (SELECT count(*) FROM notices WHERE state NOT IN ('sent', 'failed'))
)::text
WHERE $1::text IS NOT NULL
