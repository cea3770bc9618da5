-- One that staff start together, kept from all others until the commit.
SELECT json_build_object(
    'id', x.id, 'state', x.state, 'cause', x.cause, 'owner', x.owner, 'authority', x.authority,
    'channel', x.channel, 'from_at', x.from_at, 'until_at', x.until_at, 'items', x.items,
    'doubtful', x.doubtful, 'overdue', x.overdue, 'near', x.near, 'next_due', x.next_due,
    'done', x.done, 'skipped', x.skipped, 'why', x.why, 'made_at', x.made_at,
    'made_by', x.made_by, 'made_name', x.made_name, 'started_at', x.started_at,
    'started_by', x.started_by, 'started_name', x.started_name, 'approved_at', x.approved_at,
    'approved_by', x.approved_by, 'approved_name', x.approved_name, 'next_at', x.next_at,
    'ended_at', x.ended_at
)::text
FROM redrives AS x
WHERE x.id = (($1::json) #>> '{}')::uuid
FOR UPDATE
