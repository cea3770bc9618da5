-- What an authority has accepted, in the order of its decisions: for its ledger.
CREATE INDEX deliveries_accepted ON deliveries (authority, decided_at, id)
WHERE review = 'accepted';
