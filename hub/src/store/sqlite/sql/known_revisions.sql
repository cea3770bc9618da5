SELECT json_array(r.filing_id, r.revision)
FROM json_each($1) AS j JOIN revisions AS r
    ON r.filing_id = j.value ->> '$.filing_id' AND r.revision = j.value ->> '$.revision'
