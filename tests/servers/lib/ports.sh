# shellcheck shell=bash
# One block of ports a run. Sourced by with.sh.

# A small program keeps the block's first port bound for as long as the run
# lives, so two runs cannot get the same block, whoever started them.
open_ports() {
    exec {PORT_GUARD_OUTPUT}< <(exec setpriv --pdeathsig KILL perl "$HERE/lib/port-block.pl" 2>&"$WORDS")
    PORT_GUARD_PID=$!
    read -r -u "$PORT_GUARD_OUTPUT" PORT_BASE || { say "found no free block of ports"; exit 1; }
}

close_ports() {
    [[ -z ${PORT_GUARD_PID:-} ]] || kill "$PORT_GUARD_PID" 2>/dev/null || true
}

# port NUMBER: the NUMBERth port of our block, from 1.
port() {
    echo $((PORT_BASE + $1))
}
