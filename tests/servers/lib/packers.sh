# shellcheck shell=bash
# SQLite's and zstd's own programs, beside which the benchmark of archives runs, and curl, which
# carries them. Sourced by with.sh.

packers_obtain() {
    step "looking for sqlite3, zstd and curl"
    have sqlite3 zstd curl && return 0
    slow_step "installing sqlite3, zstd and curl"
    apt_install sqlite3 zstd curl
    have sqlite3 zstd curl || give_up "installed, but they are not to be found"
}

packers_prepare() { :; }
