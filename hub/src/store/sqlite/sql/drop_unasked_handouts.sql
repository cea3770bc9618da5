-- What has not gone out to whom the settings name no more, where nobody has chosen.
DELETE FROM statement_handouts
WHERE state <> 'sent' AND $1 IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM statement_asked AS a
        WHERE a.whom = statement_handouts.authority OR a.whom = 'all')
    AND NOT EXISTS (
        SELECT 1 FROM statement_wishes AS w WHERE w.authority = statement_handouts.authority)
