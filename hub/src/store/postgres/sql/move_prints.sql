-- Prints that lie in another volume now. Who asks counts the rows: one that was erased meanwhile is
-- in those bytes as well, and they must not be named.
UPDATE prints AS x SET volume = r.volume, first_byte = r.first_byte
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[])
    AS r (filing_id, revision, volume, first_byte)
WHERE x.filing_id = r.filing_id AND x.revision = r.revision
