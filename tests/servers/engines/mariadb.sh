# shellcheck shell=bash
# MariaDB, as this Debian release has it: one server with TLS, one without.
# Where HEADWATER_TEST_MARIADB is `unstable`, as Debian's unstable has it, from
# the cache folder as for MySQL.
# shellcheck source=/dev/null
source "$HERE/lib/mysql-family.sh"

# The core packages hold the programs alone, without a service or its data.
mariadb_obtain() {
    step "looking for MariaDB"
    if mariadb_is_unstable; then
        family_fetch mariadb-unstable MariaDB mariadb-server-core mariadbd
        return
    fi
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
    if mariadb_is_unstable; then
        family_tree mariadb-unstable "$user" "$folder"
        mariadb_bootstrap "$user" "$folder"
    else
        as_user "$user" mariadb-install-db --no-defaults --datadir="$folder/data" \
            --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
            --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    fi
    cp -a "$folder/data" "$folder/plain-data"
}

mariadb_is_unstable() {
    [[ ${HEADWATER_TEST_MARIADB:-} == unstable ]]
}

# What mariadb-install-db does, which looks for its programs in their usual places only.
mariadb_bootstrap() {
    local share=$2/tree/usr/share/mariadb program options
    mapfile -t program < <(mariadb_program)
    mapfile -t options < <(mariadb_options)
    as_user "$1" mkdir "$2/data/mysql"
    {
        printf '%s\n' "CREATE DATABASE IF NOT EXISTS mysql;" "USE mysql;"
        echo "SET @auth_root_socket = NULL, @auth_root_authentication_method = 'normal', @skip_root = 0;"
        cat "$share"/mariadb_{system_tables,performance_tables,system_tables_data}.sql
    } >"$2/bootstrap.sql"
    as_user "$1" "${program[@]}" --no-defaults "${options[@]}" --datadir="$2/data" --bootstrap \
        --innodb-log-file-size=16M --log-warnings=0 --enforce-storage-engine= <"$2/bootstrap.sql"
}

# Prints the words that run the server.
mariadb_program() {
    if mariadb_is_unstable; then
        family_program "$RUN_DIR/mariadb/tree" mariadbd
    else
        echo mariadbd
    fi
}

# Where the server, away from its usual place, finds its own files.
mariadb_options() {
    local tree=$RUN_DIR/mariadb/tree/usr
    ! mariadb_is_unstable || printf '%s\n' "--basedir=$tree" "--lc-messages-dir=$tree/share/mariadb" \
        "--character-sets-dir=$tree/share/mariadb/charsets" "--plugin-dir=$tree/lib/mysql/plugin"
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
    local name=$1 port=$2 program own
    shift 2
    mapfile -t program < <(mariadb_program)
    mapfile -t own < <(mariadb_options)
    start_server mariadb "$name" "$(server_user mysql)" TERM "$port" \
        "${program[@]}" "$@" "${own[@]}" --innodb-log-file-size=16M
}

mariadb_finish() {
    wait_ready mariadb
    wait_ready mariadb-plain
}
