-- Staff of an authority are found by whom they act for: those with a key.
CREATE INDEX api_keys_by_subject ON api_keys (subject);
