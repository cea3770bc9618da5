-- When the last mail about what had failed was made before a moment, that went out or still may.
SELECT json_quote(max(made_at)) FROM reminders
WHERE addressee = 'fixed' AND made_at < $1 ->> '$' AND state NOT IN ('over', 'failed')
HAVING max(made_at) IS NOT NULL
