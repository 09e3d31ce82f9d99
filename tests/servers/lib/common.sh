# shellcheck shell=bash
# Words, folders and users that every part shares. Sourced by with.sh.

# Nasty on purpose: every character that a URL, a shell, SQL or a config file
# might trip over, and one that is not ASCII.
export HEADWATER_TEST_ADMIN_PASSWORD=$'p@ss:w/rd%#? "\xc3\xa9\''

CACHE_DIR=${HEADWATER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/headwater-tests}

# Servers live in sbin, which an ordinary user's PATH may lack.
PATH=$PATH:/usr/sbin:/sbin

# Words go to the standard error of the whole run, even where a job's own
# output goes to its log.
exec {WORDS}>&2

say() {
    printf 'servers: %s\n' "$*" >&"$WORDS"
}

# RUN_DIR: this run's folder, gone at its end. Under /tmp whatever TMPDIR says,
# because a Unix socket's path must be short and every server's user must get there.
make_folders() {
    mkdir -p "$CACHE_DIR/logs" || { say "cannot make the cache folder $CACHE_DIR"; exit 1; }
    CACHE_DIR=$(cd "$CACHE_DIR" && pwd)
    RUN_DIR=$(mktemp -d /tmp/headwater-servers.XXXXXX)
    chmod 711 "$RUN_DIR"
    mkdir "$RUN_DIR/logs"
    mkdir -m 1777 "$RUN_DIR/tmp"
}

is_root() {
    ((EUID == 0))
}

# Prints the first of the named users that exists; nothing unless we are root,
# for then the servers run as whoever we are.
server_user() {
    local user
    is_root || return 0
    for user in "$@" nobody; do
        if id "$user" >/dev/null 2>&1; then
            echo "$user"
            return
        fi
    done
}

# as_user USER COMMAND…: as that user, or as ourselves where USER is empty.
as_user() {
    local user=$1
    shift
    if [[ -n $user ]]; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- "$@"
    else
        "$@"
    fi
}

# own_folder USER FOLDER: makes a folder that only USER may read.
own_folder() {
    mkdir -p "$2"
    chmod 700 "$2"
    [[ -z $1 ]] || chown "$1" "$2"
}

have() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || return 1
    done
}

# apt_install PACKAGE…: Debian's packages, as root or by sudo. In a session of
# its own: a Ctrl-C in the middle must not leave dpkg half done.
apt_install() {
    have apt-get || give_up "there is no apt-get here; install by hand: $*"
    if is_root; then
        setsid --wait "$HERE/apt-install.sh" "$@"
    else
        have sudo || give_up "neither root nor sudo: as root, apt-get install $*"
        setsid --wait sudo -n "$HERE/apt-install.sh" "$@"
    fi
}
