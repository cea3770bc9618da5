DELETE FROM drafts WHERE corporate_number = $1 ->> '$'
