-- A newer check of this authority and channel is about to be the newest; one that is still open stays it.
UPDATE checks SET newest = 0
WHERE authority = $1 ->> '$.authority' AND channel = $1 ->> '$.channel'
    AND newest = 1 AND state <> 'open'
