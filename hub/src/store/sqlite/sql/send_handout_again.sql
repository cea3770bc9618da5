-- With why it failed, which stands there until it has gone.
UPDATE statement_handouts SET
    state = 'due', way = $1 ->> '$.way', tries = 0, next_try_at = $1 ->> '$.at'
WHERE authority = $1 ->> '$.authority' AND day = $1 ->> '$.day' AND state = 'failed'
