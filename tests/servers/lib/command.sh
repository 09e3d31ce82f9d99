# shellcheck shell=bash
# The command that all of this is for. Sourced by with.sh.

# Runs it in the background, because bash handles a signal only between
# foreground commands, and ends with its status.
run_command() {
    local status=0
    if [[ -t 0 ]]; then
        # At a terminal it stays in our process group: it may read the keyboard
        # and gets the Ctrl-C itself. Bash would have it ignore that.
        env --default-signal=INT,QUIT -- "$@" <&0 {WORDS}>&- &
        COMMAND_PID=$!
        COMMAND_TARGET=$COMMAND_PID
    else
        # Elsewhere a process group of its own, so that what it started goes with it.
        set -m
        env -- "$@" {WORDS}>&- &
        COMMAND_PID=$!
        COMMAND_TARGET=-$COMMAND_PID
        set +m
    fi
    wait "$COMMAND_PID" || status=$?
    COMMAND_PID=
    exit "$status"
}

# Polls, for a second wait inside the trap that broke the first may never return.
stop_command() {
    local deadline=$((SECONDS + STOP_SECONDS))
    [[ -n ${COMMAND_PID:-} ]] || return 0
    disown "$COMMAND_PID" 2>/dev/null || true # or bash would tell of its end
    kill -s TERM -- "$COMMAND_TARGET" 2>/dev/null || true
    while kill -0 -- "$COMMAND_TARGET" 2>/dev/null; do
        ((SECONDS < deadline)) || kill -s KILL -- "$COMMAND_TARGET" 2>/dev/null || true
        sleep 0.05
    done
}
