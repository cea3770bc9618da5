UPDATE outbox SET claimed_until = 0
WHERE id = ANY($1::uuid[])
