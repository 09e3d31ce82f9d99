# shellcheck shell=bash
# Starting, watching and stopping servers. Sourced by with.sh.

declare -A SERVER_PID=() SERVER_SIGNAL=() SERVER_PORT=()

# How long a server may take to answer: much, for a build may be using every core.
readonly READY_SECONDS=120
readonly STOP_SECONDS=15

# start_server ENGINE NAME USER SIGNAL PORT COMMAND…: in the background, its
# output in the engine's log. Should this script be killed outright, the kernel
# sends SIGNAL to the server.
start_server() {
    local engine=$1 name=$2 user=$3 signal=$4 port=$5
    shift 5
    local drop=()
    [[ -z $user ]] || drop=(--reuid="$user" --regid="$(id -g "$user")" --init-groups)
    set -m # a process group of its own: a Ctrl-C is for COMMAND, not for its servers
    (
        exec {WORDS}>&-
        cd "$RUN_DIR" || exit
        exec env LC_ALL=C.UTF-8 TZ=UTC setpriv "${drop[@]}" --pdeathsig "$signal" -- "$@"
    ) </dev/null >>"$RUN_DIR/logs/$engine.log" 2>&1 &
    set +m
    SERVER_PID[$name]=$!
    disown # or bash would tell of its end
    SERVER_SIGNAL[$name]=$signal
    SERVER_PORT[$name]=$port
}

# A process that has ended stays for a moment as a zombie, which kill -0 takes for life.
alive() {
    local state
    state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) && [[ -n $state && $state != Z ]]
}

answers() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# wait_ready NAME: until the server's port answers. The port alone would prove
# nothing if another program had it, so the process must live as well.
wait_ready() {
    local name=$1 deadline=$((SECONDS + READY_SECONDS))
    step "starting $name"
    until answers "${SERVER_PORT[$name]}"; do
        alive "${SERVER_PID[$name]}" || give_up "the server ended while starting"
        ((SECONDS < deadline)) || give_up "no answer on port ${SERVER_PORT[$name]} in $READY_SECONDS s"
        sleep 0.05
    done
    alive "${SERVER_PID[$name]}" || give_up "the server ended while starting"
}

stop_servers() {
    local name deadline=$((SECONDS + STOP_SECONDS))
    for name in "${!SERVER_PID[@]}"; do
        kill -s "${SERVER_SIGNAL[$name]}" "${SERVER_PID[$name]}" 2>/dev/null || true
    done
    for name in "${!SERVER_PID[@]}"; do
        while alive "${SERVER_PID[$name]}"; do
            if ((SECONDS >= deadline)); then
                say "$name did not stop in $STOP_SECONDS s: killing it"
                kill -s KILL "${SERVER_PID[$name]}" 2>/dev/null || true
                break
            fi
            sleep 0.05
        done
        unset "SERVER_PID[$name]"
    done
}
