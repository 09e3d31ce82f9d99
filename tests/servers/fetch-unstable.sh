#!/usr/bin/env bash
# Unpacks a server of Debian unstable and the libraries it links into FOLDER.
#
#   fetch-unstable.sh PACKAGE PROGRAM FOLDER
#
# By apt with a state of its own, so that it neither reads nor changes what is
# installed here; the archive's signatures are checked as always. Its file
# `complete` is there once everything is, and holds the server's version.
set -euo pipefail

package=$1 program=$2 folder=$3
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}

# The mirror that this machine already takes Debian from, or nothing.
# Who signed a list is known once it was read; before that its release must do.
# The $(…) is apt's own notation.
# shellcheck disable=SC2016
find_mirror() {
    local mirrors codename
    mirrors=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian')
    if [[ -z $mirrors ]]; then
        codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
        mirrors=$(apt-get indextargets --format '$(REPO_URI)' \
            'Created-By: Packages' 'Component: main' "Release: $codename")
    fi
    sed -n 1p <<<"$mirrors"
}

find_keys() {
    local file
    for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
        if [[ -e $file ]]; then
            echo "$file"
            return
        fi
    done
    fail "Debian's archive keys are not here (package debian-archive-keyring)"
}

private_apt() {
    apt-get -c "$work/apt.conf" "$@"
}

mirror=$(find_mirror)
[[ -n $mirror ]] || fail "apt on this machine has no list of a Debian archive: run apt-get update first"
keys=$(find_keys)

mkdir -p "$work"/apt/{lists,cache/archives}/partial "$work/debs" "$work/tree"
: >"$work/apt/status"
echo "deb [arch=$(dpkg --print-architecture) signed-by=$keys] $mirror unstable main" >"$work/apt/sources.list"
# Check-Valid-Until: a mirror that stands still has old but rightly signed lists.
# The hooks and the sandbox belong to the system's apt: here all is in our folder.
cat >"$work/apt.conf" <<CONF
Dir::State "$work/apt";
Dir::State::lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "$(id -un)";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF

echo "reading unstable's package lists"
private_apt --error-on=any update

# Perl is for the package's scripts, which nobody runs here.
private_apt install --simulate --no-install-recommends "$package" >"$work/plan"
mapfile -t packages < <(awk '$1 == "Inst" && $2 !~ /perl|gdbm/ { print $2 }' "$work/plan")

echo "fetching ${#packages[@]} packages"
cd "$work/debs"
private_apt download "${packages[@]}"

echo "unpacking"
for file in *.deb; do
    dpkg-deb --extract "$file" "$work/tree"
done
cd "$work/tree"
find . -mindepth 1 -maxdepth 1 ! -name usr -exec rm -rf {} +
find usr -mindepth 1 -maxdepth 1 ! -name 'lib*' ! -name sbin ! -name share -exec rm -rf {} +
find usr/share -mindepth 1 -maxdepth 1 ! -name 'mysql*' ! -name 'mariadb*' -exec rm -rf {} +

echo "trying it"
"$(echo usr/lib*/ld-linux*.so.*)" --library-path "$(echo "$PWD"/usr/lib/*-linux-gnu)" \
    "usr/sbin/$program" --no-defaults --version | tee complete

rm -rf "$folder"
mv "$work/tree" "$folder"
