# shellcheck shell=bash
# MariaDB's and MySQL's promises, both by MariaDB's client. Sourced by selftest.sh.

# my USER PASSWORD SQL OPTION…
my() {
    local user=$1 password=$2 sql=$3
    shift 3
    MYSQL_PWD=$password mariadb --no-defaults --batch --skip-column-names --connect-timeout=5 \
        --default-character-set=utf8mb4 --protocol=tcp --host=127.0.0.1 --user="$user" "$@" --execute "$sql"
}

# A login within a login.
my_few_twice() {
    local login="mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --user=few --password=few-pass $*"
    $login <<<"\\! $login --execute 'select 1'"
}

check_mariadb() {
    local plain="--port=$HEADWATER_TEST_MARIADB_PLAIN_PORT"
    check_family mariadb "$HEADWATER_TEST_MARIADB_PORT" "$HEADWATER_TEST_MARIADB_SOCKET"
    says 'mariadb: it is MariaDB' 'MariaDB' \
        my reader reader-pass 'select version()' --port="$HEADWATER_TEST_MARIADB_PORT"
    says 'mariadb: passwords are mysql_native_password' '^mysql_native_password$' \
        my headwater_admin "$HEADWATER_TEST_ADMIN_PASSWORD" \
        "select plugin from mysql.user where user = 'reader'" --port="$HEADWATER_TEST_MARIADB_PORT"
    says 'mariadb plain: reader logs in' '^1$' my reader reader-pass 'select 1' "$plain"
    refuses 'mariadb plain: offers no TLS' 'server does not support it|SSL is required' \
        my reader reader-pass 'select 1' "$plain" --ssl-ca="$HEADWATER_TEST_TLS_DIR/ca.pem" --ssl-verify-server-cert
}

check_mysql() {
    local port=--port=$HEADWATER_TEST_MYSQL_PORT admin=$HEADWATER_TEST_ADMIN_PASSWORD
    says 'mysql: it is MySQL 9' '^9[.]' my reader reader-pass 'select version()' "$port" --ssl
    # Before any login over TLS the server knows no hash of few's, so it asks for
    # the password itself, which goes encrypted with the server's own key.
    says 'mysql: caching_sha2_password without TLS, by the public key' '^1$' \
        my few few-pass 'select 1' "$port" --skip-ssl
    says 'mysql: passwords are caching_sha2_password' '^caching_sha2_password$' \
        my headwater_admin "$admin" "select plugin from mysql.user where user = 'reader'" "$port"
    says 'mysql: its Unicode library works' '^1$' my reader reader-pass "select regexp_like('é', '^.\$')" "$port"
    check_family mysql "$HEADWATER_TEST_MYSQL_PORT" "$HEADWATER_TEST_MYSQL_SOCKET"
}

check_family() {
    local engine=$1 port=--port=$2 socket=$3 admin=$HEADWATER_TEST_ADMIN_PASSWORD tls=$HEADWATER_TEST_TLS_DIR
    local verified=(--ssl-ca="$tls/ca.pem" --ssl-verify-server-cert)
    local cipher="show session status like 'Ssl_cipher'"

    says "$engine: the admin logs in and may all" 'GRANT OPTION' \
        my headwater_admin "$admin" 'show grants' "$port"
    says "$engine: … by the Unix socket too" '^headwater_admin@localhost$' \
        my headwater_admin "$admin" 'select user()' --host=localhost --protocol=socket --socket="$socket"
    refuses "$engine: there is no root" 'Access denied' my root '' 'select 1' "$port"
    says "$engine: shop is empty" '^0$' my headwater_admin "$admin" \
        "select count(*) from information_schema.tables where table_schema = 'shop'" "$port"
    refuses "$engine: a wrong password" 'ERROR 1045' my reader wrong 'select 1' "$port"
    refuses "$engine: an unknown database" 'ERROR 1049' \
        my headwater_admin "$admin" 'select 1' "$port" --database=nowhere

    my headwater_admin "$admin" 'create table shop.probe (a int); insert into shop.probe values (7)' "$port"
    says "$engine: reader reads what the admin makes" '^7$' my reader reader-pass 'select a from shop.probe' "$port"
    refuses "$engine: reader cannot write" 'ERROR 1142' my reader reader-pass 'delete from shop.probe' "$port"
    refuses "$engine: reader cannot make tables" 'ERROR 1142' \
        my reader reader-pass 'create table shop.mine (a int)' "$port"
    refuses "$engine: reader reads nothing else" 'ERROR 1142' \
        my reader reader-pass 'select user from mysql.user' "$port"
    says "$engine: nobody_user logs in" '^1$' my nobody_user nobody-pass 'select 1' "$port"
    refuses "$engine: … but not to shop" 'ERROR 1044' my nobody_user nobody-pass 'use shop' "$port"
    my headwater_admin "$admin" 'drop table shop.probe' "$port"
    says "$engine: few has one connection, not two" 'ERROR 1226' my_few_twice "$port"

    says "$engine: TLS, name verified" 'TLS_' my reader reader-pass "$cipher" "$port" "${verified[@]}"
    refuses "$engine: TLS under a wrong name" 'verif|hostname|certificate' \
        my reader reader-pass "$cipher" "$port" "${verified[@]}" --host=127.0.0.2
    refuses "$engine: TLS by another authority" 'certificate' \
        my reader reader-pass "$cipher" "$port" --ssl-ca="$tls/other-ca.pem" --ssl-verify-server-cert
    says "$engine: TLS is not demanded of reader" '^Ssl_cipher.$' \
        my reader reader-pass "$cipher" "$port" --skip-ssl
    says "$engine: tls_only by TLS" 'TLS_' my tls_only tls-only-pass "$cipher" "$port" --ssl
    refuses "$engine: tls_only without" 'ERROR 1045' my tls_only tls-only-pass "$cipher" "$port" --skip-ssl
    says "$engine: tls_client by certificate" 'TLS_' my tls_client tls-client-pass "$cipher" "$port" \
        "${verified[@]}" --ssl-cert="$tls/client.pem" --ssl-key="$tls/client.key"
    refuses "$engine: tls_client without" 'ERROR 1045' my tls_client tls-client-pass "$cipher" "$port" --ssl
}
