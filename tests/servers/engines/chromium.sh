# shellcheck shell=bash
# Not a database: Debian's Chromium, with what drives it, for the tests of the
# page. Node's packages come from the npm registry, as tests/page/package-lock.json
# has them, into the cache folder.

readonly PAGE_TESTS=$HERE/../page

chromium_obtain() {
    local folder missing=()
    step "looking for Chromium and Node"
    have chromium || missing+=(chromium)
    have node || missing+=(nodejs)
    have npm || missing+=(npm)
    if ((${#missing[@]} > 0)); then
        slow_step "installing ${missing[*]}"
        apt_install "${missing[@]}"
        have chromium node npm || give_up "installed, but chromium, node or npm is not there"
    fi
    step "looking at Node's version"
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' \
        || give_up "node $(node --version) is too old: 18 or newer is needed"
    folder=$(chromium_modules)
    lock chromium
    if [[ ! -e $folder/complete ]]; then
        slow_step "fetching playwright-core and axe-core from the npm registry, once"
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$PAGE_TESTS/package.json" "$PAGE_TESTS/package-lock.json" "$folder"
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund)
        touch "$folder/complete"
    fi
    unlock
}

# A folder for each state of the lock file.
chromium_modules() {
    echo "$CACHE_DIR/page-$(sha256sum "$PAGE_TESTS/package-lock.json" | cut -c 1-16)"
}

chromium_prepare() { :; }

chromium_start() {
    export HEADWATER_TEST_CHROMIUM HEADWATER_TEST_PAGE_MODULES
    HEADWATER_TEST_CHROMIUM=$(command -v chromium)
    HEADWATER_TEST_PAGE_MODULES=$(chromium_modules)/node_modules
}

chromium_finish() { :; }
