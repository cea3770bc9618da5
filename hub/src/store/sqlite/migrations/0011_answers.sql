-- Tries with the body of an authority's answer, which goes after some weeks.
CREATE INDEX attempts_answers ON attempts (finished_at) WHERE detail LIKE '%"body":%';
