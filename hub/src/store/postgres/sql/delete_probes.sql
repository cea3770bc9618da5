-- Of endpoints that are no more.
DELETE FROM probes AS x
USING unnest($1::text[], $2::text[]) AS r (authority, channel)
WHERE x.authority = r.authority AND x.channel = r.channel
