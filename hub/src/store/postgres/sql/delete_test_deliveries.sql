-- Tests alone: the words after the id keep a filing from going by a mistake.
DELETE FROM deliveries WHERE id = ANY($1::uuid[]) AND rule = 'test'
