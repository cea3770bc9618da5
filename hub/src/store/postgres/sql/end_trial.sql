-- What came of a trial that was under way.
UPDATE webhook_acts SET said = ($1::json) ->> 'said'
WHERE id = (($1::json) ->> 'id')::uuid AND kind = 'tried'
