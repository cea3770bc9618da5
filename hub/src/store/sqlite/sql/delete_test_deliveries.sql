-- Tests alone: the words after the id keep a filing from going by a mistake.
DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each($1)) AND rule = 'test'
