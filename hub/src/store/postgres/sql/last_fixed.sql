-- When the last mail about what had failed was made before a moment, that went out or still may.
SELECT to_json(max(made_at))::text FROM reminders
WHERE addressee = 'fixed' AND made_at < (($1::json) #>> '{}')::bigint
    AND state NOT IN ('over', 'failed')
HAVING max(made_at) IS NOT NULL
