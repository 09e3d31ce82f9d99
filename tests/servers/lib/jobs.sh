# shellcheck shell=bash
# Work on several engines at once, each in a subshell with its own log, and one
# way to fail: naming the engine, the step and why. Sourced by with.sh.

declare -A JOB_PID=()

# run_jobs NAME… -- FUNCTION…: runs NAME_FUNCTION… of every NAME, all names at
# once. Where one fails, ends the run after all have ended.
run_jobs() {
    local name names=() failed=0
    while [[ $1 != -- ]]; do
        names+=("$1")
        shift
    done
    shift
    for name in "${names[@]}"; do
        set -m # a process group each, so that stop_jobs reaches all of it
        job "$name" "$@" &
        set +m
        JOB_PID[$name]=$!
    done
    for name in "${names[@]}"; do
        wait "${JOB_PID[$name]}" || failed=1
        unset "JOB_PID[$name]"
    done
    ((failed == 0)) || exit 1
}

# The body of a job's subshell.
job() {
    NAME=$1
    STEP=beginning
    WHY=
    local function
    shift
    set +m
    export TMPDIR=$RUN_DIR/tmp # what an interrupted program forgets goes with our folder
    trap 'trap - EXIT; exit 143' INT TERM HUP
    trap 'job_ended $?' EXIT
    exec </dev/null >>"$RUN_DIR/logs/$NAME.log" 2>&1
    for function in "$@"; do
        "${NAME}_$function"
    done
}

# Says what the job does from here on, for the message if it fails.
step() {
    STEP=$1
    echo "== $STEP"
}

# A step slow enough for a person to wonder.
slow_step() {
    step "$1"
    say "$NAME: $1"
}

give_up() {
    WHY=$1
    echo "$WHY"
    exit 1
}

job_ended() {
    local status=$1 log=$RUN_DIR/logs/$NAME.log kept=$CACHE_DIR/logs/$NAME.log
    ((status != 0)) || return 0
    [[ -n $WHY ]] || WHY=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1)
    cp "$log" "$kept"
    {
        printf 'servers: %s: %s: %s; log: %s\n' "$NAME" "$STEP" "$WHY" "$kept"
        tail -n 15 "$log" | sed 's/^/    /'
    } >&"$WORDS"
}

stop_jobs() {
    local engine deadline=$((SECONDS + STOP_SECONDS))
    for engine in "${!JOB_PID[@]}"; do
        disown "${JOB_PID[$engine]}" 2>/dev/null || true
        kill -s TERM -- "-${JOB_PID[$engine]}" 2>/dev/null || true
    done
    for engine in "${!JOB_PID[@]}"; do
        while kill -0 -- "-${JOB_PID[$engine]}" 2>/dev/null; do
            if ((SECONDS >= deadline)); then
                kill -s KILL -- "-${JOB_PID[$engine]}" 2>/dev/null || true
                break
            fi
            sleep 0.05
        done
        unset "JOB_PID[$engine]"
    done
}

# lock NAME: one run at a time past here, among those that share the cache.
# unlock gives it back; so does the job's end.
lock() {
    exec {LOCK}>"$CACHE_DIR/$1.lock"
    flock --nonblock "$LOCK" && return
    slow_step "waiting for another run that is filling the cache"
    flock "$LOCK"
}

unlock() {
    exec {LOCK}>&-
}
