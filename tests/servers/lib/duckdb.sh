# shellcheck shell=bash
# DuckDB from PyPI with its scanners, beside which the benchmark of syncs runs.
# Sourced by with.sh.

readonly DUCKDB_VERSION=1.5.5

duckdb_obtain() {
    step "looking for DuckDB"
    venv "$(duckdb_venv)" "duckdb==$DUCKDB_VERSION" "duckdb-extension-postgres-scanner==$DUCKDB_VERSION" \
        "duckdb-extension-sqlite-scanner==$DUCKDB_VERSION"
}

duckdb_prepare() { :; }

duckdb_venv() {
    echo "$CACHE_DIR/duckdb-$DUCKDB_VERSION"
}
