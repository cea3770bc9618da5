-- Processes of a build without this table name nothing in it: the texts are looked into as well.
SELECT json_quote(x.sha256) FROM objects AS x
WHERE x.named_at IS NULL AND x.deleting_at IS NULL
    AND x.touched_at <= $1 ->> '$.before'
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN revisions AS r ON r.corporate_number = a.owner
        WHERE a.sha256 = x.sha256 AND instr(r.document, x.sha256) > 0
    )
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN deliveries AS d ON d.authority = a.owner
        JOIN decisions AS v ON v.delivery_id = d.id
        WHERE a.sha256 = x.sha256 AND instr(v.files, x.sha256) > 0
    )
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN drafts AS w ON w.corporate_number = a.owner
        WHERE a.sha256 = x.sha256 AND instr(w.body, x.sha256) > 0
    )
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN bulk_lines AS b ON b.corporate_number = a.owner
        WHERE a.sha256 = x.sha256 AND instr(b.body, x.sha256) > 0
    )
    AND NOT EXISTS (SELECT 1 FROM documents AS m WHERE m.sha256 = x.sha256 AND m.gone_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM upload_pieces AS p WHERE p.sha256 = x.sha256)
ORDER BY x.touched_at LIMIT $1 ->> '$.limit'
