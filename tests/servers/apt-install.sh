#!/usr/bin/env bash
# Installs Debian packages without letting them start a service. Must be root.
#
#   apt-install.sh PACKAGE…
set -euo pipefail

# Once begun it ends by itself: a half-configured package or a forgotten policy
# would trouble the machine long after the tests.
trap '' INT TERM HUP

readonly POLICY=/usr/sbin/policy-rc.d
readonly SAVED=$POLICY.before-headwater-tests

# One at a time on this machine, or one run would restore the policy under
# another's installation.
exec {lock}>/run/lock/headwater-tests-apt.lock
flock "$lock"

# Debian asks this program whether a package may start its service; 101 is no.
forbid_services() {
    if [[ -x $POLICY ]] && refused_already; then
        return
    fi
    [[ ! -e $POLICY ]] || mv "$POLICY" "$SAVED"
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
    trap allow_services EXIT
}

refused_already() {
    local status=0
    "$POLICY" postgresql start >/dev/null 2>&1 || status=$?
    ((status == 101))
}

allow_services() {
    rm -f "$POLICY"
    [[ ! -e $SAVED ]] || mv "$SAVED" "$POLICY"
}

forbid_services
unset TMPDIR # the caller's may be gone before the installation ends
export DEBIAN_FRONTEND=noninteractive
# A third party's broken list need not matter: the installation itself decides.
apt-get -o DPkg::Lock::Timeout=300 update || true
apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
