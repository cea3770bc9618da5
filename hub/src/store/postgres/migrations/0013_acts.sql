-- What an authority's staff did with a delivery, and what they tell one another about it: who opened
-- it, decided, has it in hand. Nothing of it is for operators.
CREATE TABLE acts (
    delivery_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'decided', 'assigned', 'remark')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    assignee TEXT,
    assignee_name TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, id),
    CHECK ((assignee IS NULL) = (assignee_name IS NULL)),
    CHECK (assignee IS NULL OR kind = 'assigned')
);
