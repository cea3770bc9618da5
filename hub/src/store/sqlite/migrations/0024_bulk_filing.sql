-- When the filing of an upload's rows went on last; none: it is not begun, or done.
ALTER TABLE bulks ADD COLUMN filing_at INTEGER;
CREATE INDEX bulks_under_way ON bulks (filing_at) WHERE filing_at IS NOT NULL;
UPDATE bulks SET filing_at = chosen_at
WHERE chosen_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM bulk_lines AS y WHERE y.bulk_id = bulks.id AND y.state IN ('good', 'warned')
);
