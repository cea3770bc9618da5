UPDATE outbox SET claimed_until = 0
WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json))
