# shellcheck shell=bash
# SQLAlchemy from PyPI, by which the schemas that we read are compared with what
# others see. Sourced by with.sh.

readonly SQLALCHEMY_VERSION=2.1.9 PSYCOPG_VERSION=3.3.9 PYMYSQL_VERSION=1.2.4 CRYPTOGRAPHY_VERSION=50.0.2

sqlalchemy_obtain() {
    step "looking for SQLAlchemy"
    # cryptography: for MySQL's caching_sha2_password.
    venv "$(sqlalchemy_venv)" "SQLAlchemy==$SQLALCHEMY_VERSION" "psycopg[binary]==$PSYCOPG_VERSION" \
        "PyMySQL==$PYMYSQL_VERSION" "cryptography==$CRYPTOGRAPHY_VERSION"
}

sqlalchemy_prepare() { :; }

sqlalchemy_venv() {
    echo "$CACHE_DIR/sqlalchemy-$SQLALCHEMY_VERSION-psycopg-$PSYCOPG_VERSION-pymysql-$PYMYSQL_VERSION"
}
