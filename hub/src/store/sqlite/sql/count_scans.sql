SELECT json_object(
    'pending', (SELECT count(*) FROM scans WHERE state = 'pending'),
    'oldest', (SELECT min(asked_at) FROM scans WHERE state = 'pending'),
    'infected', (SELECT count(*) FROM scans WHERE state = 'infected')
)
WHERE $1 IS NOT NULL
