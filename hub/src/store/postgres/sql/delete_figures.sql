-- What other rounds have counted of a month.
DELETE FROM month_figures
WHERE month = ($1::json) ->> 'month' AND round <> (($1::json) ->> 'round')::int
