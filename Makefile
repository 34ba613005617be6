# orgfold: `make demo` shows it, `make test` proves it. Both find PostgreSQL 15 or newer, or install it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench bench-proxy bench-objects tools grammar-tools

help: ## What can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: tools ## Start a directory and two shards, load three orgs, show what each sees
	@bin="$$(scripts/postgres-bin)" && export ORGFOLD_PG_BIN="$$bin" && \
	cargo build --profile demo --bin orgfold && \
	exec cargo run --quiet --profile demo --bin orgfold -- demo

test: tools grammar-tools ## Run every test, on PostgreSQL servers that the tests start and stop
	@bin="$$(scripts/postgres-bin)" && export ORGFOLD_PG_BIN="$$bin" && exec cargo test --no-fail-fast --features otel

lint: tools grammar-tools ## Check the format, the lints, the docs, and that the library builds alone
	cargo fmt --check
	cargo clippy --all-targets --all-features -- -D warnings
	cargo clippy --no-default-features -- -D warnings
	cargo clippy --no-default-features --features bb8,metrics,tower -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --all-features
	scripts/dependencies --check

bench-proxy: tools grammar-tools ## Measure the proxy beside PgBouncer and direct connections; fills BENCHMARKS.md
	@bin="$$(scripts/postgres-bin)" && export ORGFOLD_PG_BIN="$$bin" && exec cargo bench --bench proxy -- --write

bench: tools grammar-tools ## Measure orgfold under load beside PostgreSQL and PgBouncer (QUICK=--quick: 3 minutes): BENCHMARKS.md, target/load/report.html
	@bin="$$(scripts/postgres-bin)" && export ORGFOLD_PG_BIN="$$bin" && exec cargo bench --bench load -- --write $(QUICK)

bench-objects: tools grammar-tools ## Measure objects beside the same tables written by hand; QUICK=--quick takes less than a minute
	@bin="$$(scripts/postgres-bin)" && export ORGFOLD_PG_BIN="$$bin" && exec cargo bench --bench proxy -- --write $(QUICK) objects

tools:
	@command -v cargo >/dev/null || { echo "orgfold: cargo is missing: install the Rust toolchain (rustup)" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "orgfold: a C compiler is missing: apt-get install gcc, dnf install gcc, or xcode-select --install" >&2; exit 1; }

# Tests and lints build pg_query, whose bindings are made with libclang.
grammar-tools:
	@command -v clang >/dev/null || { echo "orgfold: clang is missing (tests read SQL with PostgreSQL's own grammar): apt-get install clang, dnf install clang clang-devel, or xcode-select --install" >&2; exit 1; }
