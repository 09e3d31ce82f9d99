# shellcheck shell=bash
# PostgreSQL's promises. Sourced by selftest.sh.

# pg USER PASSWORD DATABASE SQL [PARAMETER…]: on 127.0.0.1 and the port of the
# server with TLS unless a parameter says otherwise (the last one of a name counts).
pg() {
    local user=$1 password=$2 database=$3 sql=$4
    shift 4
    PGPASSWORD=$password psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$sql" \
        "host=127.0.0.1 port=$HEADWATER_TEST_POSTGRES_PORT dbname=$database user=$user connect_timeout=5 $*"
}

# A login within a login.
pg_few_twice() {
    local login="host=127.0.0.1 port=$HEADWATER_TEST_POSTGRES_PORT dbname=shop user=few password=few-pass"
    psql --no-psqlrc "$login" <<<"\\! psql --no-psqlrc --command 'select 1' '$login'"
}

check_postgres() {
    local admin=$HEADWATER_TEST_ADMIN_PASSWORD tls=$HEADWATER_TEST_TLS_DIR
    local plain="port=$HEADWATER_TEST_POSTGRES_PLAIN_PORT"
    local verified="sslmode=verify-full sslrootcert=$tls/ca.pem"
    local over_tls='select ssl from pg_stat_ssl where pid = pg_backend_pid()'

    says 'postgres: the admin logs in and is superuser' '^on$' \
        pg headwater_admin "$admin" shop 'show is_superuser'
    says 'postgres: … by the Unix socket too' '^on$' \
        pg headwater_admin "$admin" shop 'show is_superuser' "host=$HEADWATER_TEST_POSTGRES_SOCKET_DIR"
    says 'postgres: shop is empty' '^0$' pg headwater_admin "$admin" shop \
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
    refuses 'postgres: a wrong password' 'password authentication failed' pg reader wrong shop 'select 1'
    refuses 'postgres: an unknown database' 'database "nowhere" does not exist' \
        pg headwater_admin "$admin" nowhere 'select 1'

    pg headwater_admin "$admin" shop 'create table probe (a int); insert into probe values (7)' >/dev/null
    says 'postgres: reader reads what the admin makes' '^7$' pg reader reader-pass shop 'select a from probe'
    refuses 'postgres: reader cannot write' 'permission denied for table' \
        pg reader reader-pass shop 'delete from probe'
    refuses 'postgres: reader cannot make tables' 'permission denied for schema' \
        pg reader reader-pass shop 'create table mine ()'
    refuses 'postgres: reader enters no other database' 'permission denied for database' \
        pg reader reader-pass postgres 'select 1'
    pg headwater_admin "$admin" shop 'drop table probe' >/dev/null
    says 'postgres: nobody_user logs in' '^1$' pg nobody_user nobody-pass postgres 'select 1'
    refuses 'postgres: … but not to shop' 'permission denied for database' \
        pg nobody_user nobody-pass shop 'select 1'
    says 'postgres: few has one connection, not two' 'too many connections for role' pg_few_twice

    says 'postgres: TLS, name verified' '^t$' pg reader reader-pass shop "$over_tls" "$verified"
    refuses 'postgres: TLS under a wrong name' 'certificate .* does not match host name' \
        pg reader reader-pass shop "$over_tls" "$verified" host=127.0.0.2
    refuses 'postgres: TLS by another authority' 'certificate verify failed' \
        pg reader reader-pass shop "$over_tls" "sslmode=verify-ca sslrootcert=$tls/other-ca.pem"
    says 'postgres: TLS is not demanded of reader' '^f$' pg reader reader-pass shop "$over_tls" sslmode=disable
    says 'postgres: tls_only by TLS' '^t$' pg tls_only tls-only-pass shop "$over_tls" sslmode=require
    refuses 'postgres: tls_only without' 'pg_hba.conf rejects' \
        pg tls_only tls-only-pass shop "$over_tls" sslmode=disable
    says 'postgres: tls_client by certificate' '^t$' \
        pg tls_client '' shop "$over_tls" "$verified sslcert=$tls/client.pem sslkey=$tls/client.key"
    refuses 'postgres: tls_client without' 'requires a valid client certificate' \
        pg tls_client '' shop "$over_tls" sslmode=require

    says 'postgres plain: reader logs in' '^f$' pg reader reader-pass shop "$over_tls" "$plain"
    refuses 'postgres plain: offers no TLS' 'server does not support SSL' \
        pg reader reader-pass shop "$over_tls" "$plain sslmode=require"
}
