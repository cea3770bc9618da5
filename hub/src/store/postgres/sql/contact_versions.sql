-- The newest entry of some authorities.
SELECT json_build_array(c.authority, max(c.version))::text
FROM contacts AS c WHERE c.authority = ANY($1::text[])
GROUP BY c.authority
