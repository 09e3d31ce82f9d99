-- The database and users of each PostgreSQL server. headwater_admin, the
-- superuser, is there from the start.
--
--   reader       reader-pass       may read all of shop, and enter nothing else
--   nobody_user  nobody-pass       may log in to postgres, but not to shop
--   few          few-pass          as reader, one connection at a time
--   tls_only     tls-only-pass     as reader, over TLS only
--   tls_client   (certificate)     as reader, by a client certificate only

CREATE DATABASE shop;
REVOKE CONNECT ON DATABASE shop, postgres, template1 FROM PUBLIC;

CREATE ROLE reader LOGIN PASSWORD 'reader-pass';
CREATE ROLE nobody_user LOGIN PASSWORD 'nobody-pass';
CREATE ROLE few LOGIN PASSWORD 'few-pass' CONNECTION LIMIT 1;
CREATE ROLE tls_only LOGIN PASSWORD 'tls-only-pass';
CREATE ROLE tls_client LOGIN;

GRANT CONNECT ON DATABASE shop TO reader, few, tls_only, tls_client;
GRANT CONNECT ON DATABASE postgres TO nobody_user;

-- shop is empty: what the admin makes in it later is readable at once.
\connect shop
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader, few, tls_only, tls_client;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader, few, tls_only, tls_client;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO reader, few, tls_only, tls_client;
