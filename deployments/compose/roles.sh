#!/bin/sh
# Run by PostgreSQL's image on an empty volume: each program has a role, and each database is entered by its own alone.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set prefect="$PREFECT_SERVER_DATABASE_PASSWORD" --set owner="$LEDGER_OWNER_PASSWORD" --set programs="$LEDGER_PASSWORD" <<'SQL'
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE ROLE duban_owner LOGIN PASSWORD :'owner';
CREATE ROLE duban LOGIN PASSWORD :'programs';
CREATE DATABASE prefect OWNER prefect;
CREATE DATABASE ledger OWNER duban_owner;
REVOKE CONNECT ON DATABASE prefect FROM PUBLIC;
REVOKE CONNECT ON DATABASE ledger FROM PUBLIC;
GRANT CONNECT ON DATABASE ledger TO duban;
SQL
