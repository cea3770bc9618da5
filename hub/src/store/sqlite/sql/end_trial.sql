-- What came of a trial that was under way.
UPDATE webhook_acts SET said = $1 ->> '$.said' WHERE id = $1 ->> '$.id' AND kind = 'tried'
