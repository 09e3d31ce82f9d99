# shellcheck shell=bash
# MySQL, with TLS. Debian's stable releases have MariaDB instead, so the server
# comes from Debian's unstable, with every library that it links: into the
# cache folder only, run by that folder's own loader. Nothing of it is
# installed, and this machine's package lists know nothing of it.
# shellcheck source=/dev/null
source "$HERE/lib/mysql-family.sh"

mysql_obtain() {
    step "looking for MySQL"
    [[ ! -e $CACHE_DIR/mysql/complete ]] || return 0
    have apt-get dpkg-deb || give_up "there is no apt-get here"
    lock mysql
    if [[ ! -e $CACHE_DIR/mysql/complete ]]; then
        slow_step "fetching MySQL from Debian unstable, once"
        "$HERE/fetch-mysql.sh" "$CACHE_DIR/mysql"
    fi
    unlock
}

mysql_prepare() {
    local user folder=$RUN_DIR/mysql
    user=$(server_user mysql)
    step "making the data folder"
    family_folder mysql "$user" "DROP USER root@localhost;"
    # Root's cache is closed to the user that the server runs as.
    if [[ -n $user ]]; then
        cp -al "$CACHE_DIR/mysql" "$folder/tree" || cp -a "$CACHE_DIR/mysql" "$folder/tree"
    else
        ln -s "$CACHE_DIR/mysql" "$folder/tree"
    fi
    local program options
    mapfile -t program < <(mysql_program)
    mapfile -t options < <(mysql_options)
    as_user "$user" "${program[@]}" --no-defaults --initialize-insecure --datadir="$folder/data" \
        --auto-generate-certs=off "${options[@]}"
}

# Prints the words that run the server: the loader, its libraries, the program.
mysql_program() {
    local tree=$RUN_DIR/mysql/tree
    printf '%s\n' "$(echo "$tree"/usr/lib*/ld-linux*.so.*)" \
        --library-path "$(echo "$tree"/usr/lib/*-linux-gnu)" "$tree/usr/sbin/mysqld"
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
    mapfile -t program < <(mysql_program)
    mapfile -t options < <(family_options mysql "$folder/data" server.sock "$HEADWATER_TEST_MYSQL_PORT"
        family_tls_options mysql
        mysql_options)
    start_server mysql mysql "$(server_user mysql)" TERM "$HEADWATER_TEST_MYSQL_PORT" \
        "${program[@]}" "${options[@]}"
}

mysql_finish() {
    wait_ready mysql
}
