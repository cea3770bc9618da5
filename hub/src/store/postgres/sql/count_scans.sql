SELECT json_build_object(
    'pending', (SELECT count(*) FROM scans WHERE state = 'pending'),
    'oldest', (SELECT min(asked_at) FROM scans WHERE state = 'pending'),
    'infected', (SELECT count(*) FROM scans WHERE state = 'infected')
)::text
WHERE $1::text IS NOT NULL
