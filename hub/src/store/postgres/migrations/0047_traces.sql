-- Under which W3C trace (`traceparent`) a revision was handed in, its deliveries were planned, each try
-- was made, a notice is about, a message goes out: what is done hours later still belongs to it.
-- None: from a build before.
ALTER TABLE revisions ADD COLUMN trace TEXT;
ALTER TABLE deliveries ADD COLUMN trace TEXT;
ALTER TABLE attempts ADD COLUMN trace TEXT;
ALTER TABLE notices ADD COLUMN trace TEXT;
ALTER TABLE outbox ADD COLUMN trace TEXT;
