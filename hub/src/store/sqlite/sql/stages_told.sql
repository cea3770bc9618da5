-- What was told of stages.
SELECT json_object(
    'authority', x.authority, 'stage', x.stage, 'due_on', x.due_on, 'step', x.step,
    'day', x.day, 'reminder_id', x.reminder_id
)
FROM stages_told AS x WHERE $1 IS NOT NULL
