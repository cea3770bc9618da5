-- How often in a row a fault of the hub kept a delivery from being tried. Apart from `postponed`,
-- which counts the turns away from a lane that is full or shut.
ALTER TABLE deliveries ADD COLUMN faults INTEGER NOT NULL DEFAULT 0;
