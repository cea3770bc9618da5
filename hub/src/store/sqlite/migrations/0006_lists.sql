-- What lists and looks into result folders look for among many finished rows.
CREATE INDEX deliveries_by_time ON deliveries (created_at DESC, id DESC);

CREATE INDEX deliveries_to_collect ON deliveries (channel, authority)
WHERE state = 'delivered' AND review IN ('unopened', 'opened');

CREATE INDEX deliveries_reviewed ON deliveries (review, created_at DESC, id DESC)
WHERE review <> 'unopened';

CREATE INDEX deliveries_cancelled ON deliveries (created_at DESC, id DESC)
WHERE state = 'cancelled';

CREATE INDEX filings_by_kind ON filings (kind, received_at DESC);
