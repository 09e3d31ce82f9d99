#!/usr/bin/env bash
# Proves what with.sh promises of its servers, with each engine's own client.
#
#   tests/servers/selftest.sh [--engines LIST]
#
# Prints a line for each promise and ends with status 1 if one is broken. Worth
# reading too: it shows how every user logs in and what each is refused.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -z ${HEADWATER_TEST_ENGINES:-} ]]; then
    exec "$HERE/with.sh" "$@" -- "$0"
fi

# shellcheck source=tests/servers/selftest/checks.sh
source "$HERE/selftest/checks.sh"
# shellcheck source=tests/servers/selftest/postgres.sh
source "$HERE/selftest/postgres.sh"
# shellcheck source=tests/servers/selftest/mysql-family.sh
source "$HERE/selftest/mysql-family.sh"

check_certificates
IFS=, read -ra engines <<<"$HEADWATER_TEST_ENGINES"
for engine in "${engines[@]}"; do
    case $engine in
        sqlite | chromium) ;;
        postgres) check_postgres ;;
        mariadb) check_mariadb ;;
        mysql) check_mysql ;;
        mongodb) "$HEADWATER_TEST_MONGODB_PYTHON" "$HERE/selftest/mongodb.py" || failed=$((failed + 1)) ;;
    esac
done

if ((failed > 0)); then
    echo "broken promises: $failed"
    exit 1
fi
echo "all promises hold"
