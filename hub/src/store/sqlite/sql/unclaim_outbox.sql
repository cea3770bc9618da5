UPDATE outbox SET claimed_until = 0 WHERE id IN (SELECT value FROM json_each($1))
