-- Objects that nothing names any more that is not erased: the sweep takes them, at once where nobody
-- has uploaded the same since. What drafts, rows of uploads of many and pieces name is asked there
-- (orphans.sql): they end without telling of it here.
UPDATE objects AS x SET named_at = NULL
WHERE x.sha256 IN (SELECT value FROM json_each($1)) AND x.deleting_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN revisions AS r ON r.corporate_number = a.owner
        WHERE a.sha256 = x.sha256 AND instr(r.document, x.sha256) > 0
    )
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a JOIN deliveries AS d ON d.authority = a.owner
        JOIN decisions AS v ON v.delivery_id = d.id
        WHERE a.sha256 = x.sha256 AND instr(v.files, x.sha256) > 0
    )
    AND NOT EXISTS (SELECT 1 FROM documents AS m WHERE m.sha256 = x.sha256 AND m.gone_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM prints AS t WHERE coalesce(t.volume, t.sha256) = x.sha256)
RETURNING json_quote(sha256)
