-- Once of each step for one day that a stage is due, whoever tells.
INSERT INTO stages_told (authority, stage, due_on, step, day, reminder_id)
SELECT authority, stage, due_on, step, day, reminder_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS r (authority, stage, due_on, step, day, reminder_id)
ON CONFLICT DO NOTHING
