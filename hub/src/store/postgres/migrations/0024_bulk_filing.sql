-- When the filing of an upload's rows went on last; none: it is not begun, or done.
ALTER TABLE bulks ADD COLUMN filing_at BIGINT;
-- expand: an operator's uploads are few, a table of hundreds of rows; the index is made in a moment.
CREATE INDEX bulks_under_way ON bulks (filing_at) WHERE filing_at IS NOT NULL;
-- move: the few uploads whose filing was cut off; an older process only sets their `chosen_at`.
UPDATE bulks SET filing_at = chosen_at
WHERE chosen_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM bulk_lines AS y WHERE y.bulk_id = bulks.id AND y.state IN ('good', 'warned')
);
