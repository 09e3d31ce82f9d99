# `make` builds Headwater and starts it with demo data; `make help` lists the rest.

# The database engines that the tests run against (and chromium, for those of the page), and words
# for `cargo test` or `cargo bench`: make test ENGINES=sqlite,postgres ARGS=introspection
ENGINES ?= sqlite,postgres,mariadb,mysql,mongodb,chromium
ARGS ?=
COMMA := ,

.DEFAULT_GOAL := run
.PHONY: run test check bench help tools

run: tools ## build and start Headwater with demo data
	cargo run --release -- serve --demo

test: tools ## run all tests among private database servers (ENGINES=…, ARGS=…)
	tests/servers/with.sh --engines "$(ENGINES)" -- cargo test --locked $(ARGS)

check: tools ## check formatting, lints and documentation
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

bench: tools ## run the benchmarks among private database servers (ARGS="-- schemas", "-- sync")
	HEADWATER_BENCH=1 tests/servers/with.sh --engines "$(subst $(COMMA)chromium,,$(ENGINES))" -- cargo bench --locked --bench figures $(ARGS)

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST))

# A missing compiler would otherwise show only minutes into the build.
tools:
	@command -v cargo >/dev/null || { \
		echo "cargo is not here: install Rust with rustup, then run make again" >&2; exit 1; }
	@command -v $(CC) >/dev/null || { \
		echo "no C compiler ($(CC)), which SQLite is built with: apt-get install gcc libc6-dev" >&2; exit 1; }
