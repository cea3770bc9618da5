INSERT INTO retired (what, before)
SELECT ($1::json) ->> 'what', (($1::json) ->> 'before')::bigint
ON CONFLICT (what) DO UPDATE SET before = greatest(retired.before, excluded.before)
