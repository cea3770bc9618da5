INSERT INTO operators (
    corporate_number, name, mail, created_at
)
SELECT
    corporate_number, name, mail, created_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[]
) AS r (
    corporate_number, name, mail, created_at
)
ON CONFLICT (corporate_number) DO UPDATE SET
    name = excluded.name, mail = excluded.mail, created_at = excluded.created_at
