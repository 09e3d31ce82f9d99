# shellcheck shell=bash
# Python programs from PyPI, each set in a virtual environment of its own in the
# cache folder. Sourced by with.sh; the functions belong into a job.

# venv FOLDER PACKAGE…: makes the environment FOLDER once, for all runs that
# share the cache. The job's step names what is fetched.
venv() {
    local folder=$1 python
    shift
    [[ ! -e $folder/complete ]] || return 0
    python=$(venv_python)
    if [[ -z $python ]]; then
        slow_step "installing python3-venv"
        apt_install python3-venv
        python=$(venv_python)
        [[ -n $python ]] || give_up "installed, but python3 cannot make a virtual environment"
    fi
    lock "$NAME"
    if [[ ! -e $folder/complete ]]; then
        slow_step "fetching $* from PyPI, once"
        rm -rf "$folder"
        "$python" -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --prefer-binary "$@"
        touch "$folder/complete"
    fi
    unlock
}

# Prints a Python that can make virtual environments, or nothing. Debian's own
# first: another may go with its version manager, and the cache with it.
venv_python() {
    local python
    for python in /usr/bin/python3 python3; do
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
}
