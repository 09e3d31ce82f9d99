# shellcheck shell=bash
# PostgreSQL, as this Debian release has it: one server with TLS, one without.

postgres_obtain() {
    step "looking for PostgreSQL"
    [[ -z $(postgres_bin) ]] || return 0
    slow_step "installing postgresql"
    apt_install postgresql
    [[ -n $(postgres_bin) ]] || give_up "installed, but no initdb under /usr/lib/postgresql"
}

# Prints the folder of the newest complete PostgreSQL here, or nothing.
postgres_bin() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
        "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
        if have "$folder"/{initdb,postgres,psql,pg_isready}; then
            echo "$folder"
            return
        fi
    done
}

postgres_prepare() {
    local user folder=$RUN_DIR/postgres
    user=$(server_user postgres)
    step "making the data folder"
    mkdir -m 711 "$folder"
    mkdir -m 755 "$folder/socket" "$folder/plain-socket"
    [[ -z $user ]] || chown "$user" "$folder"/*socket
    own_folder "$user" "$folder/data"
    own_certificate "$user" "$folder/tls"
    cd "$folder" || exit
    printf '%s\n' "$HEADWATER_TEST_ADMIN_PASSWORD" >"$folder/admin-password"
    as_user "$user" "$(postgres_bin)/initdb" --pgdata "$folder/data" --no-sync \
        --username headwater_admin --pwfile "$folder/admin-password" \
        --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8
    postgres_rules >"$folder/data/pg_hba.conf"
    cp -a "$folder/data" "$folder/plain-data"
}

# Who may come in how; the first line that fits decides.
postgres_rules() {
    cat <<'RULES'
# type   database user       address       method
local    all      all                      scram-sha-256
hostssl  all      tls_only   127.0.0.0/8   scram-sha-256
host     all      tls_only   127.0.0.0/8   reject
hostssl  all      tls_client 127.0.0.0/8   cert
host     all      tls_client 127.0.0.0/8   reject
host     all      all        127.0.0.0/8   scram-sha-256
RULES
}

postgres_start() {
    local folder=$RUN_DIR/postgres
    export HEADWATER_TEST_POSTGRES_PORT HEADWATER_TEST_POSTGRES_PLAIN_PORT
    export HEADWATER_TEST_POSTGRES_SOCKET_DIR=$folder/socket
    HEADWATER_TEST_POSTGRES_PORT=$(port 1)
    HEADWATER_TEST_POSTGRES_PLAIN_PORT=$(port 2)
    postgres_start_one postgres "$HEADWATER_TEST_POSTGRES_PORT" "$folder/data" "$folder/socket" \
        -c ssl=on -c "ssl_ca_file=$folder/tls/ca.pem" \
        -c "ssl_cert_file=$folder/tls/server.pem" -c "ssl_key_file=$folder/tls/server.key"
    postgres_start_one postgres-plain "$HEADWATER_TEST_POSTGRES_PLAIN_PORT" "$folder/plain-data" \
        "$folder/plain-socket" -c ssl=off
}

# INT is PostgreSQL's word for: end the sessions and stop. With TERM it would
# wait for its clients to leave.
postgres_start_one() {
    local name=$1 port=$2 data=$3 sockets=$4
    shift 4
    start_server postgres "$name" "$(server_user postgres)" INT "$port" \
        "$(postgres_bin)/postgres" -D "$data" -p "$port" \
        -c listen_addresses=127.0.0.1,127.0.0.2 -c "unix_socket_directories=$sockets" \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c timezone=UTC -c log_timezone=UTC "$@"
}

postgres_finish() {
    postgres_finish_one postgres "$RUN_DIR/postgres/socket"
    postgres_finish_one postgres-plain "$RUN_DIR/postgres/plain-socket"
}

postgres_finish_one() {
    local name=$1 sockets=$2 bin deadline=$((SECONDS + READY_SECONDS))
    bin=$(postgres_bin)
    wait_ready "$name"
    # The port answers a little before logins are taken.
    until "$bin/pg_isready" --quiet --host "$sockets" --port "${SERVER_PORT[$name]}"; do
        ((SECONDS < deadline)) || give_up "takes no logins after $READY_SECONDS s"
        sleep 0.05
    done
    step "making users on $name"
    PGPASSWORD=$HEADWATER_TEST_ADMIN_PASSWORD "$bin/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
        --host "$sockets" --port "${SERVER_PORT[$name]}" \
        --username headwater_admin --dbname postgres --file "$HERE/sql/postgres-users.sql"
}
