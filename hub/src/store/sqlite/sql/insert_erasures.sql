INSERT INTO erasures (
    id, state, filing_id, corporate_number, filings, done, kept, reached_at, reached_id, why,
    made_at, made_by, made_name, approved_at, approved_by, approved_name, ended_at
)
SELECT
    value ->> '$.id', value ->> '$.state', value ->> '$.filing_id',
    value ->> '$.corporate_number', value ->> '$.filings', value ->> '$.done',
    value ->> '$.kept', value ->> '$.reached_at', value ->> '$.reached_id', value ->> '$.why',
    value ->> '$.made_at', value ->> '$.made_by', value ->> '$.made_name',
    value ->> '$.approved_at', value ->> '$.approved_by', value ->> '$.approved_name',
    value ->> '$.ended_at'
FROM json_each($1)
