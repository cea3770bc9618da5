UPDATE watches AS x SET
    owner = r.owner, due_at = r.due_at, detail = r.detail, gone_at = r.gone_at,
    ended_at = r.ended_at, begin_alert = r.begin_alert, end_alert = r.end_alert
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.owner' AS owner, value ->> '$.due_at' AS due_at,
        value ->> '$.detail' AS detail, value ->> '$.gone_at' AS gone_at,
        value ->> '$.ended_at' AS ended_at, value ->> '$.begin_alert' AS begin_alert,
        value ->> '$.end_alert' AS end_alert
    FROM json_each($1)
) AS r
WHERE x.id = r.id
