-- Once of each step for one day that a stage is due, whoever tells.
INSERT INTO stages_told (authority, stage, due_on, step, day, reminder_id)
SELECT
    value ->> '$.authority', value ->> '$.stage', value ->> '$.due_on', value ->> '$.step',
    value ->> '$.day', value ->> '$.reminder_id'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
