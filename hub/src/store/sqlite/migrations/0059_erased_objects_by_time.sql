-- Objects of what was erased are looked at in the order in which they came.
CREATE INDEX erased_objects_by_time ON erased_objects (at, sha256);
