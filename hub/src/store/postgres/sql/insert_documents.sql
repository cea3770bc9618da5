INSERT INTO documents (
    id, document_id, version, title_ja, title_en, kind, audience, file_name, sha256, size,
    media_type, person, name, at
)
SELECT
    r.id, r.document_id, r.version, r.title_ja, r.title_en, r.kind, r.audience, r.file_name,
    r.sha256, r.size, r.media_type, r.person, r.name, r.at
FROM unnest(
    $1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::bigint[]
) AS r (
    id, document_id, version, title_ja, title_en, kind, audience, file_name, sha256, size,
    media_type, person, name, at
)
