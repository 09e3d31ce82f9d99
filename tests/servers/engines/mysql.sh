# shellcheck shell=bash
# MySQL, with TLS. Debian's stable releases have MariaDB instead, so the server
# comes from Debian's unstable, with every library that it links: into the
# cache folder only, run by that folder's own loader. Nothing of it is
# installed, and this machine's package lists know nothing of it.
# shellcheck source=/dev/null
source "$HERE/lib/mysql-family.sh"

mysql_obtain() {
    step "looking for MySQL"
    family_fetch mysql MySQL mysql-server-core mysqld
}

mysql_prepare() {
    local user folder=$RUN_DIR/mysql
    user=$(server_user mysql)
    step "making the data folder"
    family_folder mysql "$user" "DROP USER root@localhost;"
    family_tree mysql "$user" "$folder"
    local program options
    mapfile -t program < <(family_program "$folder/tree" mysqld)
    mapfile -t options < <(mysql_options)
    as_user "$user" "${program[@]}" --no-defaults --initialize-insecure --datadir="$folder/data" \
        --auto-generate-certs=off "${options[@]}"
}

# Where the server, away from its usual place, finds its own files.
mysql_options() {
    local tree=$RUN_DIR/mysql/tree/usr
    printf '%s\n' "--basedir=$tree" "--lc-messages-dir=$tree/share/mysql" \
        "--character-sets-dir=$tree/share/mysql/charsets" "--plugin-dir=$tree/lib/mysql/plugin" \
        --mysqlx=OFF --innodb-redo-log-capacity=32M
}

mysql_start() {
    local folder=$RUN_DIR/mysql program options
    export HEADWATER_TEST_MYSQL_PORT HEADWATER_TEST_MYSQL_SOCKET=$folder/socket/server.sock
    HEADWATER_TEST_MYSQL_PORT=$(port 5)
    mapfile -t program < <(family_program "$folder/tree" mysqld)
    mapfile -t options < <(family_options mysql "$folder/data" server.sock "$HEADWATER_TEST_MYSQL_PORT"
        family_tls_options mysql
        mysql_options)
    start_server mysql mysql "$(server_user mysql)" TERM "$HEADWATER_TEST_MYSQL_PORT" \
        "${program[@]}" "${options[@]}"
}

mysql_finish() {
    wait_ready mysql
}
