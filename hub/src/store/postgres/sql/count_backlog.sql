-- What is open; unlike count_totals it costs no more when millions are done.
SELECT json_build_object(
    'unplanned', (SELECT count(DISTINCT r.filing_id)
        FROM revisions AS r JOIN filings AS f ON f.id = r.filing_id
        WHERE r.problem IS NOT NULL AND f.withdrawn_at IS NULL),
    'unrouted', (SELECT count(*) FROM revisions WHERE routed_at IS NULL),
    'outbox', (SELECT count(*) FROM outbox),
    'dead_letters', (SELECT count(*) FROM dead_letters WHERE settled_at IS NULL),
    'open_notices', (SELECT count(*) FROM notices WHERE state NOT IN ('sent', 'failed')),
    'outbox_first', (SELECT id::text FROM outbox ORDER BY id LIMIT 1),
    'unrouted_since', (SELECT min(received_at) FROM revisions WHERE routed_at IS NULL),
    'due_since', (SELECT min(updated_at) FROM deliveries WHERE state = 'due'),
    'next_try', (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'waiting'),
    'notices_since', (SELECT min(created_at) FROM notices WHERE state NOT IN ('sent', 'failed'))
)::text
WHERE $1::text IS NOT NULL
