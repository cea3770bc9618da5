-- Two years of filings up to now, all but a few of them done. Each goes to two authorities. In the first days of
-- a month up to its eighth, or this month's partition would be too small to count as one.
CREATE FUNCTION pg_temp.id_of(ms bigint, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(salt), 1, 3)
        || '8' || substr(md5(salt), 4, 15))::uuid
$$;

CREATE TEMP TABLE crowd AS
SELECT i, ms, pg_temp.id_of(ms, 'filing ' || i) AS filing, (7000000000000 + i % 400)::text AS operator
FROM (
    SELECT i, (extract(epoch FROM until) * 1000)::bigint - (100000 - i) * 630000::bigint AS ms
    FROM generate_series(1, 100000) AS i,
        greatest(now(), date_trunc('month', now()) + interval '7 days') AS until
) AS x;

INSERT INTO filings
SELECT filing, 'R-' || i, operator, 'operator', 'change', 'office', ms, 1, NULL, 2, 'head'
FROM crowd;

-- The last ten wait for their plan; five could not be planned.
INSERT INTO revisions
SELECT filing, 1, 'submit', ms, operator, 'key ' || i, '{}', 'digest', NULL,
    CASE WHEN i <= 99990 THEN ms END, CASE WHEN i <= 99990 THEN '{}' END,
    CASE WHEN i % 20000 = 0 THEN '{}' END
FROM crowd;

INSERT INTO events
SELECT filing, seq, ms + seq, 'kind', '{}', md5(i || ' ' || seq)
FROM crowd, generate_series(1, 2) AS seq;

INSERT INTO deliveries
SELECT pg_temp.id_of(ms, 'delivery ' || n), filing, 1, lpad((n % 300 * 7 + 10)::text, 6, '0'),
    (ARRAY['api', 'sftp', 'email', 'pull'])[n % 4 + 1], 0, state, 1, 1, 1, 0,
    CASE state WHEN 'waiting' THEN ms END, CASE state WHEN 'sending' THEN ms END,
    CASE state WHEN 'sending' THEN 'me' END,
    CASE WHEN state IN ('waiting', 'held', 'failed') THEN
        '{"code":"' || (ARRAY['lane_suspended', 'waits_for_predecessor'])[n % 2 + 1] || '"}' END,
    CASE state WHEN 'failed' THEN 'hub' END, NULL,
    CASE WHEN state <> 'delivered' THEN 'unopened' WHEN n % 500 = 3 THEN 'opened'
        WHEN n % 1500 = 1 THEN 'returned' WHEN n % 40 = 1 THEN 'unopened' ELSE 'accepted' END,
    0, NULL, 'rule', 'article', ms, ms, CASE state WHEN 'delivered' THEN ms END, NULL, ms
FROM (
    SELECT c.*, i * 2 + side AS n, CASE
        WHEN i > 99900 THEN 'due' WHEN i > 99800 THEN 'sending' WHEN i > 99600 THEN 'waiting'
        WHEN i % 400 = 0 THEN 'held' WHEN i % 400 = 1 THEN 'failed'
        WHEN i % 1000 = 2 THEN 'cancelled' ELSE 'delivered' END AS state
    FROM crowd AS c, generate_series(0, 1) AS side
) AS x;

INSERT INTO attempts
SELECT id, 1, channel, created_at, created_at + 9, 'delivered',
    CASE WHEN row_number() OVER () % 50 = 0 THEN '{"body":""}' ELSE '{}' END
FROM deliveries;

INSERT INTO decisions
SELECT id, review, '', '[]', 'api', created_at FROM deliveries
WHERE review IN ('accepted', 'returned');

INSERT INTO notices
SELECT pg_temp.id_of(ms, 'notice ' || i), filing, NULL, 'received', 'a@b.example',
    CASE WHEN i > 99900 THEN 'due' WHEN i > 99800 THEN 'waiting' WHEN i % 100 = 0 THEN 'failed'
        ELSE 'sent' END,
    1, 1, CASE WHEN i > 99800 AND i <= 99900 THEN ms END, NULL, NULL, ms, NULL, ms
FROM crowd;

-- A broker was away: the outbox is long, and one relay has a quarter of it.
INSERT INTO outbox
SELECT pg_temp.id_of(ms, 'outbox ' || i), 'todoke.work', 'key', 'body',
    CASE WHEN i > 70000 THEN ms ELSE ms + 60000000 END
FROM crowd WHERE i > 60000;

INSERT INTO attachments
SELECT md5(i::text), operator, 1, 'application/pdf', ms FROM crowd WHERE i % 5 = 0;
INSERT INTO objects
SELECT sha256, created_at, CASE WHEN i % 100 > 0 THEN created_at END,
    CASE WHEN i % 1000 = 0 THEN created_at END
FROM (SELECT a.*, row_number() OVER () AS i FROM attachments AS a) AS x;

INSERT INTO scans
SELECT sha256, CASE WHEN i % 500 = 0 THEN 'pending' WHEN i % 501 = 0 THEN 'infected' ELSE 'clean' END,
    CASE WHEN i % 500 > 0 AND i % 501 = 0 THEN 'signature' END, NULL, 0,
    CASE WHEN i % 500 = 0 THEN created_at END, CASE WHEN i % 500 > 0 THEN created_at END, NULL,
    created_at
FROM (SELECT a.*, row_number() OVER () AS i FROM attachments AS a) AS x;
INSERT INTO scan_waits
SELECT s.sha256, d.id FROM scans AS s, (SELECT id FROM deliveries WHERE state = 'held' LIMIT 10) AS d
WHERE s.state = 'pending';

INSERT INTO drafts
SELECT pg_temp.id_of(ms, 'draft ' || i), operator, 1, 'change', 'office', '{}', 'someone', NULL,
    CASE WHEN i % 10 > 0 THEN filing END, ms, ms
FROM crowd WHERE i % 4 = 0;

INSERT INTO bulks
SELECT pg_temp.id_of(ms, 'bulk ' || i), operator, i::text, md5(i::text), 'file', '[]', 'someone', ms,
    CASE WHEN i % 10 > 0 THEN ms END
FROM crowd WHERE i % 40 = 0;
INSERT INTO bulk_lines
SELECT pg_temp.id_of(ms, 'bulk ' || i), number, operator, 'good', 'office', '{}', '[]', '[]',
    NULL, NULL
FROM crowd, generate_series(2, 11) AS number WHERE i % 40 = 0;

INSERT INTO reminders
SELECT to_char(to_timestamp(ms / 1000), 'YYYY-MM-DD') || '-1-' || i,
    to_char(to_timestamp(ms / 1000), 'YYYY-MM-DD'), 'authority', i::text, 'a@b.example', 1,
    CASE WHEN i > 99900 THEN 'waiting' ELSE 'sent' END, 1, CASE WHEN i > 99900 THEN ms END, NULL,
    NULL, ms, CASE WHEN i <= 99900 THEN ms END
FROM crowd WHERE i % 10 = 0;
INSERT INTO reminded
SELECT d.id, 'authority', d.authority,
    to_char(to_timestamp(d.created_at / 1000), 'YYYY-MM-DD') || '-1-' || c.i
FROM deliveries AS d JOIN crowd AS c ON c.filing = d.filing_id WHERE c.i % 10 = 0;

INSERT INTO redrives
SELECT pg_temp.id_of(ms, 'redrive ' || i), CASE WHEN i > 99000 THEN 'previewed' ELSE 'finished' END,
    NULL, NULL, NULL, NULL, NULL, NULL, 200, 0, 0, 0, NULL, 0, 0, '', ms, 'me', 'me', ms, 'me', 'me',
    NULL, NULL, NULL, NULL, CASE WHEN i <= 99000 THEN ms END
FROM crowd WHERE i % 200 = 0;
INSERT INTO redrive_items
SELECT id, place, pg_temp.id_of(made_at, id || ' ' || place), 'http_410', 0, NULL,
    CASE WHEN state = 'previewed' THEN 'left' ELSE 'done' END, NULL
FROM redrives, generate_series(1, 200) AS place;

INSERT INTO staff_acts
SELECT i, ms, 'key:' || i % 50, 'staff', CASE WHEN i % 1000 = 0 THEN 'lane.pause' ELSE 'look.case' END,
    'delivery:' || i % 5000, '', 'null', 'null', ''
FROM crowd;
INSERT INTO filing_words SELECT 'サクラ会' || i % 50, filing FROM crowd;
INSERT INTO hour_counts SELECT ms - ms % 3600000, 'api:' || i % 19, i % 64, 1 FROM crowd
ON CONFLICT DO NOTHING;

INSERT INTO statement_handouts
SELECT lpad(a::text, 6, '0'), to_char(date '2026-07-20' - n, 'YYYY-MM-DD'), 'sftp',
    CASE WHEN n = 9 THEN 'failed' ELSE 'sent' END, 1, NULL, CASE WHEN n = 9 THEN '{}' END, n,
    CASE WHEN n <> 9 THEN n END, CASE WHEN n = 9 THEN n END
FROM generate_series(1, 200) AS a, generate_series(1, 1000) AS n;

INSERT INTO filing_words SELECT lpad((i % 9000)::text, 10, '0'), filing FROM crowd;

ANALYZE;
