-- Where an operator's notices go: who asked for another address, who confirmed it by the link that was
-- mailed there, what operations set. Rows are never changed.
CREATE TABLE address_acts (
    id UUID PRIMARY KEY,
    corporate_number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'confirmed', 'set')),
    request_id UUID,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    former TEXT,
    address TEXT,
    at BIGINT NOT NULL,
    CHECK ((kind = 'confirmed') = (request_id IS NOT NULL)),
    CHECK (kind = 'set' OR address IS NOT NULL)
);
CREATE INDEX address_acts_by_operator ON address_acts (corporate_number, at DESC, id DESC);
-- A link works once.
CREATE UNIQUE INDEX address_acts_once ON address_acts (request_id);

-- The mails about that, one of an act at most: the link to the new address, a word to the former.
CREATE TABLE letters (
    id UUID PRIMARY KEY,
    corporate_number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'confirmed')),
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'failed')),
    tries INT NOT NULL,
    next_try_at BIGINT,
    why TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    CHECK ((state = 'due') = (next_try_at IS NOT NULL))
);
CREATE INDEX letters_due ON letters (next_try_at) WHERE state = 'due';
