-- Prints that are made at the same time lie one after another in one object. Where the volume is
-- NULL, the print is an object of its own.
ALTER TABLE prints ADD COLUMN volume TEXT;
ALTER TABLE prints ADD COLUMN first_byte INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prints ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
