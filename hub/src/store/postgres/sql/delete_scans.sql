DELETE FROM scans WHERE sha256 = ANY($1::text[])
