-- Used by the embedded engines only; here so that both sides hold the same statements.
UPDATE outbox SET claimed_until = 0 WHERE claimed_until > (($1::json) #>> '{}')::bigint
