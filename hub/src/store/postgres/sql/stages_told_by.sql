-- What a mail tells of.
SELECT json_build_object(
    'authority', x.authority, 'stage', x.stage, 'due_on', x.due_on, 'step', x.step,
    'day', x.day, 'reminder_id', x.reminder_id
)::text
FROM stages_told AS x WHERE x.reminder_id = ($1::json) #>> '{}'
ORDER BY x.authority, x.stage
