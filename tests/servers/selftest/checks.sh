# shellcheck shell=bash
# The two kinds of check, and those of the certificates. Sourced by selftest.sh.

failed=0

passed() {
    echo "ok      $1"
}

broken() {
    echo "BROKEN  $1"
    printf '        %s\n' "${2//$'\n'/$'\n'        }"
    failed=$((failed + 1))
}

# says WHAT PATTERN COMMAND…: the command succeeds and prints what fits PATTERN.
says() {
    local what=$1 pattern=$2 output
    shift 2
    if output=$("$@" 2>&1 </dev/null) && grep -Eq -- "$pattern" <<<"$output"; then
        passed "$what"
    else
        broken "$what" "$output"
    fi
}

# refuses WHAT PATTERN COMMAND…: the command fails, and says so in words that fit.
refuses() {
    local what=$1 pattern=$2 output
    shift 2
    if output=$("$@" 2>&1 </dev/null); then
        broken "$what" "not refused: $output"
    elif grep -Eq -- "$pattern" <<<"$output"; then
        passed "$what"
    else
        broken "$what" "$output"
    fi
}

check_certificates() {
    local tls=$HEADWATER_TEST_TLS_DIR
    says 'tls: the server certificate is for localhost' OK \
        openssl verify -CAfile "$tls/ca.pem" -verify_hostname localhost -purpose sslserver "$tls/server.pem"
    says 'tls: … and for 127.0.0.1' OK \
        openssl verify -CAfile "$tls/ca.pem" -verify_ip 127.0.0.1 "$tls/server.pem"
    refuses 'tls: … and not for 127.0.0.2' 'IP address mismatch' \
        openssl verify -CAfile "$tls/ca.pem" -verify_ip 127.0.0.2 "$tls/server.pem"
    refuses 'tls: wrong-name.pem is not for localhost' 'hostname mismatch' \
        openssl verify -CAfile "$tls/ca.pem" -verify_hostname localhost "$tls/wrong-name.pem"
    refuses 'tls: other-ca.pem signed nothing here' 'unable to get local issuer' \
        openssl verify -CAfile "$tls/other-ca.pem" "$tls/server.pem"
    says 'tls: client.pem is a client certificate' OK \
        openssl verify -CAfile "$tls/ca.pem" -purpose sslclient "$tls/client.pem"
}
