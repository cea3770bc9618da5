-- With why it failed, which stands there until it has gone.
UPDATE statement_handouts SET
    state = 'due', way = ($1::json) ->> 'way', tries = 0,
    next_try_at = (($1::json) ->> 'at')::bigint
WHERE authority = ($1::json) ->> 'authority' AND day = ($1::json) ->> 'day' AND state = 'failed'
