SELECT json_object('sha256', a.sha256, 'size', max(a.size), 'named_at', max(x.named_at))
FROM attachments AS a LEFT JOIN objects AS x ON x.sha256 = a.sha256
WHERE a.sha256 > $1 ->> '$.after'
GROUP BY a.sha256
ORDER BY a.sha256 LIMIT $1 ->> '$.limit'
