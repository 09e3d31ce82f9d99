-- The database and users of each MariaDB and MySQL server, run by the server
-- itself as it starts, so without a login. Passwords are kept in each one's
-- default way: mysql_native_password in MariaDB, caching_sha2_password in MySQL.
--
--   headwater_admin  (HEADWATER_TEST_ADMIN_PASSWORD)  everything; the only administrator
--   reader           reader-pass       may read all of shop, and nothing else
--   nobody_user      nobody-pass       may log in, and see nothing
--   few              few-pass          as reader, one connection at a time
--   tls_only         tls-only-pass     as reader, over TLS only
--   tls_client       tls-client-pass   as reader, and only with a client certificate

CREATE DATABASE shop CHARACTER SET utf8mb4;

CREATE USER headwater_admin IDENTIFIED BY '@ADMIN_PASSWORD@';
GRANT ALL ON *.* TO headwater_admin WITH GRANT OPTION;

CREATE USER reader IDENTIFIED BY 'reader-pass';
CREATE USER nobody_user IDENTIFIED BY 'nobody-pass';
CREATE USER few IDENTIFIED BY 'few-pass' WITH MAX_USER_CONNECTIONS 1;
CREATE USER tls_only IDENTIFIED BY 'tls-only-pass' REQUIRE SSL;
CREATE USER tls_client IDENTIFIED BY 'tls-client-pass' REQUIRE X509;

GRANT SELECT, SHOW VIEW ON shop.* TO reader;
GRANT SELECT, SHOW VIEW ON shop.* TO few;
GRANT SELECT, SHOW VIEW ON shop.* TO tls_only;
GRANT SELECT, SHOW VIEW ON shop.* TO tls_client;
