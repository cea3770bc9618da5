-- What was told of stages.
SELECT json_build_object(
    'authority', x.authority, 'stage', x.stage, 'due_on', x.due_on, 'step', x.step,
    'day', x.day, 'reminder_id', x.reminder_id
)::text
FROM stages_told AS x WHERE $1::text IS NOT NULL
