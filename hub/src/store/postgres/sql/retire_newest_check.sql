-- A newer check of this authority and channel is about to be the newest; one that is still open stays it.
UPDATE checks SET newest = 0
WHERE authority = ($1::json) ->> 'authority' AND channel = ($1::json) ->> 'channel'
    AND newest = 1 AND state <> 'open'
