UPDATE drafts SET filed_as = (($1::json) ->> 'filing')::uuid
WHERE id = (($1::json) ->> 'id')::uuid
