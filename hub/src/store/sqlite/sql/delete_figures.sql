-- What other rounds have counted of a month.
DELETE FROM month_figures WHERE month = $1 ->> '$.month' AND round <> $1 ->> '$.round'
