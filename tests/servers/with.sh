#!/usr/bin/env bash
# Runs a command among private database servers, and leaves nothing behind.
#
#   tests/servers/with.sh [--engines LIST] -- COMMAND [ARGUMENT…]
#
# LIST is comma-separated, of: sqlite, postgres, mariadb, mysql, mongodb, and
# chromium, the browser for the tests of the page (all of them unless told).
# The servers listen on free ports of this machine only and live in a fresh
# folder under /tmp; when COMMAND ends, or a signal comes, they are stopped and
# the folder is removed. The exit status is
# COMMAND's. A server that cannot be had ends the run with status 1 and a
# message that names the engine and the step; nothing is skipped in silence.
#
# What is missing on a Debian machine is installed (as root or by sudo), or
# fetched into ${HEADWATER_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/headwater-tests};
# once everything is there, a run needs no network.
#
# HEADWATER_TEST_MARIADB=unstable takes Debian unstable's MariaDB in place of
# this release's.
#
# COMMAND finds in its environment (those of the chosen engines only):
#
#   HEADWATER_TEST_ENGINES               the chosen engines: sqlite,postgres,…
#   HEADWATER_TEST_ADMIN_PASSWORD        of the user headwater_admin, on every server
#   HEADWATER_TEST_TLS_DIR               certificates: see lib/tls.sh
#   HEADWATER_TEST_POSTGRES_PORT         PostgreSQL with TLS
#   HEADWATER_TEST_POSTGRES_PLAIN_PORT   PostgreSQL that offers no TLS
#   HEADWATER_TEST_POSTGRES_SOCKET_DIR   folder of the first one's Unix socket
#   HEADWATER_TEST_MARIADB_PORT          MariaDB with TLS
#   HEADWATER_TEST_MARIADB_PLAIN_PORT    MariaDB that offers no TLS
#   HEADWATER_TEST_MARIADB_SOCKET        the first one's Unix socket
#   HEADWATER_TEST_MYSQL_PORT            MySQL with TLS
#   HEADWATER_TEST_MYSQL_SOCKET          its Unix socket
#   HEADWATER_TEST_MONGODB_PORT          MongoDB's protocol, logins demanded
#   HEADWATER_TEST_MONGODB_TLS_PORT      the same behind TLS
#   HEADWATER_TEST_CHROMIUM              the browser
#   HEADWATER_TEST_PAGE_MODULES          Node's packages that drive it
#   HEADWATER_TEST_MONGODB_PYTHON        a Python that can import pymongo
#   HEADWATER_TEST_SQLALCHEMY_PYTHON     a Python that can import sqlalchemy (with a server of SQL)
#   HEADWATER_TEST_DUCKDB_PYTHON         a Python that can import duckdb (where HEADWATER_BENCH is set)
#
# The SQL servers answer on 127.0.0.1 and 127.0.0.2. Their certificate names
# localhost and 127.0.0.1, so 127.0.0.2 is the right server under a wrong name.
# Every server has an empty database `shop` and the users that sql/ and
# engines/mongodb_users.py list.
#
# By hand: `tests/servers/with.sh --engines postgres -- bash`.
set -euo pipefail

# A script that starts this in its background has it ignore SIGINT, and bash
# cannot trap what it was started to ignore.
if [[ $(trap -p INT) == *"''"* ]]; then
    exec env --default-signal=INT -- "${BASH_SOURCE[0]}" "$@"
fi

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/servers/lib/common.sh
source "$HERE/lib/common.sh"
# shellcheck source=tests/servers/lib/ports.sh
source "$HERE/lib/ports.sh"
# shellcheck source=tests/servers/lib/tls.sh
source "$HERE/lib/tls.sh"
# shellcheck source=tests/servers/lib/servers.sh
source "$HERE/lib/servers.sh"
# shellcheck source=tests/servers/lib/jobs.sh
source "$HERE/lib/jobs.sh"
# shellcheck source=tests/servers/lib/command.sh
source "$HERE/lib/command.sh"
# shellcheck source=tests/servers/lib/venv.sh
source "$HERE/lib/venv.sh"
# shellcheck source=tests/servers/lib/sqlalchemy.sh
source "$HERE/lib/sqlalchemy.sh"
# shellcheck source=tests/servers/lib/duckdb.sh
source "$HERE/lib/duckdb.sh"
# shellcheck source=tests/servers/lib/packers.sh
source "$HERE/lib/packers.sh"

readonly ALL_ENGINES=(sqlite postgres mariadb mysql mongodb chromium)

usage() {
    echo "usage: tests/servers/with.sh [--engines $(IFS=,; echo "${ALL_ENGINES[*]}")] -- COMMAND [ARGUMENT…]"
}

usage_error() {
    say "$1"
    usage >&2
    exit 2
}

# Fills ENGINES from a comma-separated list.
choose_engines() {
    local engine wanted
    IFS=, read -ra wanted <<<"$1"
    ENGINES=()
    for engine in "${wanted[@]}"; do
        [[ " ${ALL_ENGINES[*]} " == *" $engine "* ]] \
            || usage_error "there is no engine '$engine': choose of ${ALL_ENGINES[*]}"
        [[ " ${ENGINES[*]} " == *" $engine "* ]] || ENGINES+=("$engine")
    done
    ((${#ENGINES[@]} > 0)) || usage_error "--engines names no engine"
}

choose_engines "$(IFS=,; echo "${ALL_ENGINES[*]}")"
while (($# > 0)); do
    case $1 in
        --engines)
            (($# > 1)) || usage_error "--engines wants a list"
            choose_engines "$2"
            shift 2
            ;;
        --engines=*) choose_engines "${1#*=}"; shift ;;
        -h | --help) usage; exit 0 ;;
        --) shift; break ;;
        *) usage_error "what is '$1'? The command comes after --" ;;
    esac
done
(($# > 0)) || usage_error "no command was given"

for engine in "${ENGINES[@]}"; do
    # shellcheck source=/dev/null
    source "$HERE/engines/$engine.sh"
done

# Everything that was started ends here, however the run ends. A second
# signal must not stop the stopping.
# shellcheck disable=SC2317 # called by the trap
clean_up() {
    trap '' INT TERM HUP
    stop_command
    stop_jobs
    stop_servers
    close_ports
    [[ -z ${RUN_DIR:-} ]] || rm -rf "$RUN_DIR"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

make_folders
export HEADWATER_TEST_TLS_DIR=$RUN_DIR/tls
HEADWATER_TEST_ENGINES=$(IFS=,; echo "${ENGINES[*]}")
export HEADWATER_TEST_ENGINES

run_jobs tls -- obtain make
PEERS=()
case "${ENGINES[*]}" in
    *postgres* | *mariadb* | *mysql*)
        PEERS=(sqlalchemy)
        HEADWATER_TEST_SQLALCHEMY_PYTHON=$(sqlalchemy_venv)/bin/python
        export HEADWATER_TEST_SQLALCHEMY_PYTHON
        ;;
esac
if [[ -n ${HEADWATER_BENCH:-} ]]; then
    PEERS+=(duckdb packers)
    HEADWATER_TEST_DUCKDB_PYTHON=$(duckdb_venv)/bin/python
    export HEADWATER_TEST_DUCKDB_PYTHON
fi

run_jobs "${ENGINES[@]}" "${PEERS[@]}" -- obtain prepare
open_ports
for engine in "${ENGINES[@]}"; do
    "${engine}_start"
done
run_jobs "${ENGINES[@]}" -- finish
say "${ENGINES[*]} ready in $SECONDS s"

run_command "$@"
