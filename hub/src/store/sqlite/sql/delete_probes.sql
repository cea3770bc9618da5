-- Of endpoints that are no more.
DELETE FROM probes WHERE (authority, channel) IN (
    SELECT value ->> '$.authority', value ->> '$.channel' FROM json_each($1)
)
