#!/bin/sh
# For the image `postgres`, in /docker-entrypoint-initdb.d: the users of deploy/postgresql, all with the
# one password of this trial set.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --file /deploy/postgresql/roles.sql
for user in todoke_migrator todoke_app todoke_upkeep todoke_read; do
    printf "ALTER ROLE %s PASSWORD :'password';\n" "$user"
done | psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set "password=$POSTGRES_PASSWORD"
