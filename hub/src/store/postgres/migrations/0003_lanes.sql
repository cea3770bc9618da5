-- A lane's own limits and its pace; since when it fails, and when that was told and had enough.
ALTER TABLE lanes ADD COLUMN per_minute INTEGER;
ALTER TABLE lanes ADD COLUMN burst INTEGER;
ALTER TABLE lanes ADD COLUMN next_free_at BIGINT;
ALTER TABLE lanes ADD COLUMN line_ends_at BIGINT;
ALTER TABLE lanes ADD COLUMN failing_since BIGINT;
ALTER TABLE lanes ADD COLUMN alerted_at BIGINT;
ALTER TABLE lanes ADD COLUMN suspended_at BIGINT;

-- The few filings that could not be planned are counted and listed for people.
CREATE INDEX revisions_unplanned ON revisions (filing_id) WHERE problem IS NOT NULL;
