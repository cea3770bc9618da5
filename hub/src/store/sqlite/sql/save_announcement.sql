-- On top of the version that its writer saw: who comes second changes nothing.
UPDATE announcements SET
    version = $1 ->> '$.version', title_ja = $1 ->> '$.title_ja',
    title_en = $1 ->> '$.title_en', text_ja = $1 ->> '$.text_ja', text_en = $1 ->> '$.text_en',
    audience = $1 ->> '$.audience', from_at = $1 ->> '$.from_at', until_at = $1 ->> '$.until_at'
WHERE id = $1 ->> '$.id' AND version = $1 ->> '$.version' - 1
