# shellcheck shell=bash
# What MariaDB and MySQL have in common. Sourced by their engine files.

# family_folder ENGINE USER SQL: the engine's folder, with a place for each thing.
# SQL removes the root users, who have no password.
family_folder() {
    local user=$2 folder=$RUN_DIR/$1
    mkdir -m 711 "$folder"
    mkdir -m 755 "$folder/socket"
    own_folder "$user" "$folder/data"
    own_folder "$user" "$folder/tmp"
    # Not the one of all: each of these servers deletes the others' temporary tables when it starts.
    export TMPDIR=$folder/tmp
    [[ -z $user ]] || chown "$user" "$folder/socket"
    own_certificate "$user" "$folder/tls"
    family_users >"$folder/users.sql"
    printf '%s\n' "$3" >>"$folder/users.sql"
    cd "$folder" || exit
}

# The SQL that makes the users, with the admin's password as an SQL literal.
family_users() {
    local sql literal=${HEADWATER_TEST_ADMIN_PASSWORD//\'/\'\'}
    sql=$(<"$HERE/sql/mysql-users.sql")
    printf '%s\n' "${sql//@ADMIN_PASSWORD@/"$literal"}"
}

# Prints, one a line, the options that all these servers run with. Nothing here
# is kept, so nothing is flushed; the host cache would in time lock out an
# address whose connections fail, which tests do on purpose.
family_options() {
    local folder=$RUN_DIR/$1 data=$2 socket=$3 port=$4
    printf '%s\n' --no-defaults "--datadir=$data" "--socket=$folder/socket/$socket" \
        "--pid-file=$data/server.pid" "--port=$port" --bind-address=127.0.0.1,127.0.0.2 \
        "--tmpdir=$folder/tmp" --secure-file-priv= "--init-file=$folder/users.sql" \
        --skip-name-resolve --character-set-server=utf8mb4 --skip-log-bin \
        --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
}

family_tls_options() {
    local folder=$RUN_DIR/$1/tls
    printf '%s\n' "--ssl-ca=$folder/ca.pem" "--ssl-cert=$folder/server.pem" "--ssl-key=$folder/server.key"
}

# family_fetch CACHED NAME PACKAGE PROGRAM: a server of Debian unstable in the cache folder.
family_fetch() {
    [[ ! -e $CACHE_DIR/$1/complete ]] || return 0
    have apt-get dpkg-deb || give_up "there is no apt-get here"
    lock "$1"
    if [[ ! -e $CACHE_DIR/$1/complete ]]; then
        slow_step "fetching $2 from Debian unstable, once"
        "$HERE/fetch-unstable.sh" "$3" "$4" "$CACHE_DIR/$1"
    fi
    unlock
}

# family_tree CACHED USER FOLDER: the same where USER can read it. Root's cache
# is closed to the user that the server runs as.
family_tree() {
    if [[ -n $2 ]]; then
        cp -al "$CACHE_DIR/$1" "$3/tree" || cp -a "$CACHE_DIR/$1" "$3/tree"
    else
        ln -s "$CACHE_DIR/$1" "$3/tree"
    fi
}

# family_program TREE PROGRAM: prints the words that run it: the loader, its
# libraries, the program.
family_program() {
    printf '%s\n' "$(echo "$1"/usr/lib*/ld-linux*.so.*)" \
        --library-path "$(echo "$1"/usr/lib/*-linux-gnu)" "$1/usr/sbin/$2"
}
