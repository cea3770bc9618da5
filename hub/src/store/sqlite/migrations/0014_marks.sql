-- Places in a filing that an authority's answer marks, to be corrected: a JSON array.
ALTER TABLE decisions ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
