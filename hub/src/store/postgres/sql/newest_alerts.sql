SELECT json_build_object(
    'id', x.id, 'addressee', x.addressee, 'mail', x.mail, 'body', x.body, 'begun', x.begun,
    'ended', x.ended, 'state', x.state, 'tries', x.tries, 'next_try_at', x.next_try_at,
    'why', x.why, 'made_at', x.made_at, 'sent_at', x.sent_at
)::text
FROM alerts AS x ORDER BY x.made_at DESC, x.id DESC LIMIT (($1::json) #>> '{}')::bigint
