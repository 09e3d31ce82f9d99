# shellcheck shell=bash
# MariaDB, as this Debian release has it: one server with TLS, one without.
# shellcheck source=/dev/null
source "$HERE/lib/mysql-family.sh"

# The core packages hold the programs alone, without a service or its data.
mariadb_obtain() {
    step "looking for MariaDB"
    ! have mariadbd mariadb-install-db my_print_defaults || return 0
    slow_step "installing mariadb-server-core"
    apt_install mariadb-server-core mariadb-client-core
    have mariadbd mariadb-install-db || give_up "installed, but there is no mariadbd"
}

mariadb_prepare() {
    local user folder=$RUN_DIR/mariadb
    user=$(server_user mysql)
    step "making the data folder"
    # One for each name of this machine.
    family_folder mariadb "$user" "DELETE FROM mysql.global_priv WHERE User = 'root';
FLUSH PRIVILEGES;"
    as_user "$user" mariadb-install-db --no-defaults --datadir="$folder/data" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
        --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    cp -a "$folder/data" "$folder/plain-data"
}

mariadb_start() {
    local folder=$RUN_DIR/mariadb options
    export HEADWATER_TEST_MARIADB_PORT HEADWATER_TEST_MARIADB_PLAIN_PORT
    export HEADWATER_TEST_MARIADB_SOCKET=$folder/socket/server.sock
    HEADWATER_TEST_MARIADB_PORT=$(port 3)
    HEADWATER_TEST_MARIADB_PLAIN_PORT=$(port 4)
    mapfile -t options < <(family_options mariadb "$folder/data" server.sock "$HEADWATER_TEST_MARIADB_PORT"
        family_tls_options mariadb)
    mariadb_start_one mariadb "$HEADWATER_TEST_MARIADB_PORT" "${options[@]}"
    mapfile -t options < <(family_options mariadb "$folder/plain-data" plain.sock "$HEADWATER_TEST_MARIADB_PLAIN_PORT")
    mariadb_start_one mariadb-plain "$HEADWATER_TEST_MARIADB_PLAIN_PORT" "${options[@]}" --skip-ssl
}

mariadb_start_one() {
    local name=$1 port=$2
    shift 2
    start_server mariadb "$name" "$(server_user mysql)" TERM "$port" \
        mariadbd "$@" --innodb-log-file-size=16M
}

mariadb_finish() {
    wait_ready mariadb
    wait_ready mariadb-plain
}
