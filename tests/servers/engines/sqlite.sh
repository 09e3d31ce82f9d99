# shellcheck shell=bash
# SQLite is a library inside Headwater: there is no server to be had.

sqlite_obtain() { :; }
sqlite_prepare() { :; }
sqlite_start() { :; }
sqlite_finish() { :; }
