-- Tests alone: the words after the id keep a filing from going by a mistake.
DELETE FROM filings WHERE id IN (SELECT value FROM json_each($1))
    AND corporate_number = '9000000000000'
