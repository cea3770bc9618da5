-- Objects that no document has any more, and that were nobody else's upload either: the sweep may look at
-- them from now on, as at an upload of this moment.
UPDATE objects AS x SET named_at = NULL, touched_at = (($1::json) ->> 'at')::bigint
WHERE x.sha256 = ANY (ARRAY(SELECT json_array_elements_text(($1::json) -> 'digests')))
    AND NOT EXISTS (SELECT 1 FROM documents AS m WHERE m.sha256 = x.sha256 AND m.gone_at IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM attachments AS a WHERE a.sha256 = x.sha256 AND a.owner <> ($1::json) ->> 'owner'
    )
