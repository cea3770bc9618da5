-- The newest first; `before` and `before_id` are those of the last row seen.
SELECT json_object(
    'id', x.id, 'state', x.state, 'filing_id', x.filing_id,
    'corporate_number', x.corporate_number, 'filings', x.filings, 'done', x.done,
    'kept', x.kept, 'reached_at', x.reached_at, 'reached_id', x.reached_id, 'why', x.why,
    'made_at', x.made_at, 'made_by', x.made_by, 'made_name', x.made_name,
    'approved_at', x.approved_at, 'approved_by', x.approved_by,
    'approved_name', x.approved_name, 'ended_at', x.ended_at
)
FROM erasures AS x
WHERE x.made_at <= coalesce($1 ->> '$.before', 9223372036854775807)
    AND (x.made_at < coalesce($1 ->> '$.before', 9223372036854775807)
        OR x.id < $1 ->> '$.before_id')
ORDER BY x.made_at DESC, x.id DESC LIMIT $1 ->> '$.limit'
