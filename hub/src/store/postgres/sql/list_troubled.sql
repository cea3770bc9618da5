-- Deliveries that are not delivered and have a cause, the newest first, narrowed by it; filters and
-- pages are those of list_deliveries. Goes by deliveries_in_trouble where that is less to read.
SELECT json_build_object(
    'id', x.id, 'filing_id', x.filing_id, 'revision', x.revision, 'authority', x.authority,
    'channel', x.channel, 'ladder_step', x.ladder_step, 'state', x.state, 'turn', x.turn,
    'tries', x.tries, 'attempts', x.attempts, 'postponed', x.postponed, 'faults', x.faults,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until,
    'lease_owner', x.lease_owner, 'why', x.why, 'owner', x.owner, 'proof', x.proof,
    'review', x.review, 'second_copy', x.second_copy, 'package_sha256', x.package_sha256,
    'rule', x.rule, 'article', x.article, 'created_at', x.created_at,
    'channel_since', x.channel_since, 'delivered_at', x.delivered_at,
    'decided_at', x.decided_at, 'updated_at', x.updated_at, 'trace', x.trace
)::text
FROM (
    SELECT * FROM deliveries AS y
    WHERE y.state IN ('waiting', 'held', 'failed') AND (y.why::json) ->> 'code' NOT IN
        ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping')
        AND y.rule <> 'test'
        AND (($1::json) ->> 'cause' IS NULL
            OR (y.why::json) ->> 'code' = ($1::json) ->> 'cause')
        AND (($1::json) ->> 'owner' IS NULL OR y.owner = ($1::json) ->> 'owner')
        AND (($1::json) ->> 'authority' IS NULL OR y.authority = ($1::json) ->> 'authority')
        AND (($1::json) ->> 'channel' IS NULL OR y.channel = ($1::json) ->> 'channel')
        AND (($1::json) ->> 'review' IS NULL OR y.review = ($1::json) ->> 'review')
        AND (($1::json) ->> 'state' IS NULL OR y.state = ($1::json) ->> 'state')
        AND y.created_at <= coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
        AND (y.created_at < coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
            OR y.id < (($1::json) ->> 'before_id')::uuid)
    ORDER BY y.created_at DESC, y.id DESC LIMIT (($1::json) ->> 'limit')::bigint
) AS x
ORDER BY x.created_at DESC, x.id DESC
