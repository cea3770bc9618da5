UPDATE attempts AS x SET detail = r.detail
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r (id, number, detail)
WHERE x.delivery_id = r.id AND x.number = r.number
