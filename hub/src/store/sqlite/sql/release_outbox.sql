-- The embedded broker forgets with its process: what was claimed before the start is free again.
UPDATE outbox SET claimed_until = 0 WHERE claimed_until > $1 ->> '$'
