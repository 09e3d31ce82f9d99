# shellcheck shell=bash
# A private authority and its certificates, made anew for each run. Sourced by
# with.sh. In HEADWATER_TEST_TLS_DIR are:
#
#   ca.pem              the authority that signed all of these:
#   server.pem, .key    what every TLS server shows: localhost and 127.0.0.1
#   wrong-name.pem .key valid, but for db.elsewhere.example only
#   client.pem, .key    a client's, for the name tls_client
#   client-both.pem    both in one file, as MongoDB's clients want it
#   other-ca.pem        another authority, which signed nothing here

tls_obtain() {
    have openssl && return
    slow_step "installing openssl"
    apt_install openssl
}

tls_make() {
    step "making certificates"
    mkdir "$HEADWATER_TEST_TLS_DIR"
    make_authority ca 'Headwater test authority'
    make_authority other-ca 'Somebody else'
    make_certificate server localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1' serverAuth
    make_certificate wrong-name db.elsewhere.example 'subjectAltName=DNS:db.elsewhere.example' serverAuth
    make_certificate client tls_client 'subjectAltName=DNS:tls_client' clientAuth
    cat "$HEADWATER_TEST_TLS_DIR"/client.{pem,key} >"$HEADWATER_TEST_TLS_DIR/client-both.pem"
    rm -f "$HEADWATER_TEST_TLS_DIR"/*.csr "$HEADWATER_TEST_TLS_DIR"/*.srl "$HEADWATER_TEST_TLS_DIR"/*ca.key
}

make_authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 30 \
        -subj "/CN=$2" -addext 'keyUsage=critical,keyCertSign,cRLSign' \
        -keyout "$HEADWATER_TEST_TLS_DIR/$1.key" -out "$HEADWATER_TEST_TLS_DIR/$1.pem"
}

make_certificate() {
    local file=$HEADWATER_TEST_TLS_DIR/$1 name=$2 names=$3 usage=$4
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
        -subj "/CN=$name" -keyout "$file.key" -out "$file.csr"
    openssl x509 -req -in "$file.csr" -sha256 -days 30 -out "$file.pem" \
        -CA "$HEADWATER_TEST_TLS_DIR/ca.pem" -CAkey "$HEADWATER_TEST_TLS_DIR/ca.key" -CAcreateserial \
        -extfile <(printf '%s\n' 'basicConstraints=critical,CA:FALSE' \
            'keyUsage=critical,digitalSignature' "extendedKeyUsage=$usage" "$names")
}

# own_certificate USER FOLDER: a copy that the server of USER accepts, for a
# server refuses a key that others may read.
own_certificate() {
    local user=$1 folder=$2 file
    own_folder "$user" "$folder"
    for file in ca.pem server.pem server.key; do
        install -m 600 ${user:+-o "$user"} "$HEADWATER_TEST_TLS_DIR/$file" "$folder/$file"
    done
}
