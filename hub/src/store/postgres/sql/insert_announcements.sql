INSERT INTO announcements (
    id, version, title_ja, title_en, text_ja, text_en, audience, from_at, until_at
)
SELECT
    r.id, r.version, r.title_ja, r.title_en, r.text_ja, r.text_en, r.audience, r.from_at,
    r.until_at
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[]
) AS r (
    id, version, title_ja, title_en, text_ja, text_en, audience, from_at, until_at
)
