INSERT INTO ledger_profiles (sha256, id, text)
SELECT sha256, id, text FROM unnest($1::text[], $2::text[], $3::text[]) AS r (
    sha256, id, text
)
ON CONFLICT (sha256) DO NOTHING
