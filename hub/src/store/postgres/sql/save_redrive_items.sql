UPDATE redrive_items AS x SET
    state = r.state, found = r.found
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[]
) AS r (redrive_id, place, state, found)
WHERE x.redrive_id = r.redrive_id AND x.place = r.place
