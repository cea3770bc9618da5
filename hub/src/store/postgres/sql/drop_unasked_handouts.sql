-- What has not gone out to whom the settings name no more, where nobody has chosen.
DELETE FROM statement_handouts AS x
WHERE x.state <> 'sent' AND $1::text IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM statement_asked AS a WHERE a.whom = x.authority OR a.whom = 'all')
    AND NOT EXISTS (SELECT 1 FROM statement_wishes AS w WHERE w.authority = x.authority)
