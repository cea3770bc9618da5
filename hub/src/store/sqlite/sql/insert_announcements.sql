INSERT INTO announcements (
    id, version, title_ja, title_en, text_ja, text_en, audience, from_at, until_at
)
SELECT
    value ->> '$.id', value ->> '$.version', value ->> '$.title_ja', value ->> '$.title_en',
    value ->> '$.text_ja', value ->> '$.text_en', value ->> '$.audience', value ->> '$.from_at',
    value ->> '$.until_at'
FROM json_each($1)
