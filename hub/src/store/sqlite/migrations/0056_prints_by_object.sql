-- Which prints lie in an object: a volume of several, or one by itself.
CREATE INDEX prints_by_object ON prints (coalesce(volume, sha256));
