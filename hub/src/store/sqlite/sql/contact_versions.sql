-- The newest entry of some authorities.
SELECT json_array(c.authority, max(c.version))
FROM json_each($1) AS j JOIN contacts AS c ON c.authority = j.value
GROUP BY c.authority
