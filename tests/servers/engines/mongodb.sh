# shellcheck shell=bash
# MongoDB's wire protocol, by SecantusDB from PyPI: no registry has MongoDB's
# own server. Two servers with logins demanded, one of them behind TLS; the
# same users on both.
#
# What it enforces, seen in 0.7.0b3 (it says it is MongoDB 8.2.11):
# - Logins, by SCRAM-SHA-256, SCRAM-SHA-1 and client certificate, of each user
#   in the database it was made in; a wrong password, user, authSource or
#   mechanism is code 18, AuthenticationFailed.
# - Roles per database: what a role does not grant is code 13, Unauthorized.
#   Rights on single collections are not kept apart: a role for one collection
#   reads the whole database.
# - Before a login: hello, ping and buildInfo answer, all else is code 13.
#   There is no first-user exception for localhost.
# Where a real server differs: listDatabases (even with authorizedDatabases)
# and listCollections (even with authorizedCollections) are refused to a user
# without that right, where MongoDB gives the part that the user may see. No
# $where, no server-side JavaScript.
# A database is there once something is in it, so `shop` is not listed while empty.

readonly SECANTUSDB_VERSION=0.7.0b3 PYMONGO_VERSION=4.20.0

mongodb_obtain() {
    step "looking for SecantusDB"
    venv "$(mongodb_venv)" "secantusdb==$SECANTUSDB_VERSION" "pymongo==$PYMONGO_VERSION"
    "$(mongodb_venv)/bin/secantusd-py" --help >/dev/null
}

mongodb_venv() {
    echo "$CACHE_DIR/secantusdb-$SECANTUSDB_VERSION-pymongo-$PYMONGO_VERSION"
}

# Users are made by a server that demands no login, for there is none yet.
mongodb_prepare() {
    local folder=$RUN_DIR/mongodb
    mkdir -m 700 "$folder" "$folder/data"
    : >"$folder/secantusd.toml"
    step "making users"
    "$(mongodb_venv)/bin/python" "$HERE/engines/mongodb_users.py" "$folder/data"
    cp -a "$folder/data" "$folder/tls-data"
}

mongodb_start() {
    local folder=$RUN_DIR/mongodb tls=$HEADWATER_TEST_TLS_DIR
    export HEADWATER_TEST_MONGODB_PORT HEADWATER_TEST_MONGODB_TLS_PORT HEADWATER_TEST_MONGODB_PYTHON
    HEADWATER_TEST_MONGODB_PORT=$(port 6)
    HEADWATER_TEST_MONGODB_TLS_PORT=$(port 7)
    HEADWATER_TEST_MONGODB_PYTHON=$(mongodb_venv)/bin/python
    mongodb_start_one mongodb "$HEADWATER_TEST_MONGODB_PORT" --storage-path "$folder/data"
    mongodb_start_one mongodb-tls "$HEADWATER_TEST_MONGODB_TLS_PORT" --storage-path "$folder/tls-data" \
        --tls-cert-file "$tls/server.pem" --tls-key-file "$tls/server.key" --tls-ca-file "$tls/ca.pem"
}

# The configuration file is empty: without one it would look for the user's own.
# Asked nicely it takes two seconds to stop, and it keeps nothing outside its
# folder, so it is simply killed. Test commands: configureFailPoint, by which a
# test has the server fail as it likes; give it an appName, or it hits every client.
mongodb_start_one() {
    local name=$1 port=$2
    shift 2
    start_server mongodb "$name" "" KILL "$port" "$(mongodb_venv)/bin/secantusd-py" \
        --config "$RUN_DIR/mongodb/secantusd.toml" --host 127.0.0.1 --port "$port" \
        --cache-size 256M --auth --enable-test-commands "$@"
}

mongodb_finish() {
    wait_ready mongodb
    wait_ready mongodb-tls
}
