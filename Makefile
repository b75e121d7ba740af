# What people and CI call; `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# make demo STORE=redis://127.0.0.1:6379 WORKERS=4
STORE ?=
WORKERS ?= 2

# make simulate SEEDS=1 FROM=17
SEEDS ?= 1000
FROM ?= 1

# make chaos MINUTES=30 SEED=7 ON=redis: on redb, redis or redis-everysec only
MINUTES ?= 30
SEED ?= $(shell date +%s)
ON ?=

# make quality BENCH=../shared/bench/quality SEEDS=10 BUDGET="100 200" PARALLEL="1 8" ALGORITHMS="auto tpe" PEERS=random JOBS=2
BENCH ?= ../shared/bench/quality
BUDGET ?= 100 200
PARALLEL ?= 1 8
ALGORITHMS ?= auto gp tpe tpe-hyperopt cmaes qmc anneal random
JOBS ?= 2

target := $(or $(CARGO_TARGET_DIR),target)
tunewright := $(target)/release/tunewright
venv := $(CURDIR)/.venv-test/bin
buf := $(venv)/buf
page := server/dashboard
export TUNEWRIGHT_TEST_VENV := $(CURDIR)/.venv-test

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/ready release ## Tune a real model; run again, it goes on where it stopped
	$(tunewright) run examples/digits/study.yaml --workers $(WORKERS) $(if $(STORE),--store $(STORE)) \
	  -- .venv/bin/python examples/digits/train.py

.PHONY: release
release: ## Build the binary, optimised
	@.ci/packages build-essential
	cargo build --release --locked --package tunewright-cli

.PHONY: setup
setup: .venv-test/ready $(page)/node_modules/ready ## Install what the tests and the linters need
	@.ci/packages build-essential chromium openssl redis-server

.PHONY: test
test: setup ## Run all tests, with a real Redis and real processes
	status=0; for suite in test-rust test-python test-page; do $(MAKE) --no-print-directory $$suite || status=$$?; done; exit $$status

# What is pinned is pinned for fully optimised builds too, in which arithmetic is another matter: hence the second line.
.PHONY: test-rust
test-rust: setup ## Run the tests of everything in Rust, and of the project as a whole
	cargo test --workspace --locked --no-fail-fast
	cargo test --profile chaos --package tunewright-core --lib --locked golden

# The same selection as the tests of the workspace, so that nothing is built anew; and a copy, because the binary is
# away for a moment while maturin packs it.
.PHONY: test-python
test-python: setup ## Run the tests of the Python SDK, against the binary
	cargo build --workspace --bins --locked
	install -D $(target)/debug/tunewright $(target)/python-tests/tunewright
	cd sdk/python && CARGO_TARGET_DIR=$(abspath $(target)) TUNEWRIGHT_BINARY=$(abspath $(target)/python-tests/tunewright) \
	  $(venv)/pytest --quiet --numprocesses 2 --dist loadfile

.PHONY: test-page
test-page: setup ## Run the tests of the dashboard, in a browser against the binary
	cargo build --workspace --bins --locked
	install -D $(target)/debug/tunewright $(target)/page-tests/tunewright
	cd $(page) && npm run --silent fresh && npm --silent test && \
	  TUNEWRIGHT_BINARY=$(abspath $(target)/page-tests/tunewright) npm run --silent e2e

.PHONY: page
page: $(page)/node_modules/ready ## Build the dashboard's page
	cd $(page) && npm run build

.PHONY: lint
lint: .venv-test/ready $(page)/node_modules/ready ## Check format, lints, types and the wire
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(buf) lint proto
	for released in proto/baseline/*.binpb; do $(buf) breaking proto --against "$$released"; done
	cd sdk/python && $(venv)/ruff format --check --quiet . && $(venv)/ruff check --quiet . && $(venv)/mypy
	cd $(page) && npm run --silent check && npm run --silent check:e2e

.PHONY: verify
verify: lint test ## What CI checks

.PHONY: fix
fix: .venv-test/ready ## Format, and mend what clippy can
	cargo clippy --workspace --all-targets --locked --fix --allow-dirty --allow-staged
	cargo fmt --all
	cd sdk/python && $(venv)/ruff check --fix --quiet . && $(venv)/ruff format --quiet .

.PHONY: stubs
stubs: .venv-test/ready ## Make the Python messages of the wire anew
	$(venv)/python sdk/python/stubs.py

.PHONY: wheel
wheel: .venv-test/ready ## Build the Python package with the binary in it, in target/wheels
	@.ci/packages build-essential
	cd sdk/python && $(venv)/maturin build --release --out $(abspath $(target)/wheels)

.PHONY: takeover
takeover: setup ## Kill the owner of a Redis 20 times, and see another server take over
	TUNEWRIGHT_TEST_TAKEOVERS=20 cargo test --workspace --locked --test it -- --ignored --nocapture faults::takeover

# make failover REPEAT=20
REPEAT ?= 20

.PHONY: failover
failover: setup ## Kill the primary of a Redis with Sentinels under load, REPEAT times: make failover REPEAT=20
	TUNEWRIGHT_TEST_FAILOVERS=$(REPEAT) cargo test --workspace --locked --test it -- --ignored --nocapture faults::failover

.PHONY: simulate
simulate: setup ## Live through simulated worlds, and look for broken promises: make simulate SEEDS=1000 FROM=1
	TUNEWRIGHT_TEST_SEEDS=$(SEEDS) TUNEWRIGHT_TEST_SEED=$(FROM) \
	  cargo test --workspace --locked --test it -- --nocapture simulation::no_world_breaks_a_promise

.PHONY: bench
bench: release ## Measure this machine: round trips on each store, and suggesters
	$(tunewright) bench

.PHONY: quality
quality: SEEDS = 10
quality: PEERS = random
quality: .venv-quality/ready release ## Measure how good the suggesters' points are, beside their peers'
	.venv-quality/bin/python core/measure/quality.py quality $(measured) --seeds $(SEEDS) --budget $(BUDGET) \
	  --parallel $(PARALLEL) --jobs $(JOBS)

.PHONY: quality-timing
quality-timing: PEERS = random hyperopt-tpe optuna-tpe
quality-timing: .venv-quality/ready release ## Time the suggesters beside their peers
	.venv-quality/bin/python core/measure/quality.py timing $(measured)

measured = --bench $(BENCH) --binary $(tunewright) --lines $(target)/quality --document docs/quality.md \
  --algorithms $(ALGORITHMS) --peers $(PEERS)

# Built apart from the release, with failpoints in it.
.PHONY: chaos
chaos: setup ## Hurt everything for long, and look for broken promises: make chaos MINUTES=30 SEED=7
	cargo build --profile chaos --workspace --bins --example chaos --locked
	$(target)/chaos/examples/chaos $(target)/chaos/tunewright $(MINUTES) $(SEED) $(ON)

.PHONY: baseline
baseline: .venv-test/ready ## Pin the wire of a release: make baseline VERSION=v0.1.0
	$(buf) build proto --exclude-source-info --output proto/baseline/$(VERSION).binpb

# So are the page's packages.
$(page)/node_modules/ready: $(page)/package-lock.json
	@.ci/packages nodejs npm
	cd $(page) && npm ci --silent
	touch $@

# A virtual environment is ready once its packages are those of its list.
.venv/ready: examples/digits/requirements.txt
.venv-test/ready: .ci/requirements.txt examples/digits/requirements.txt sdk/python/requirements-test.txt
.venv-quality/ready: $(BENCH)/requirements.txt
.venv/ready .venv-test/ready .venv-quality/ready:
	@.ci/packages python3-venv
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

$(BENCH)/requirements.txt:
	@echo "the yardstick is not in $(BENCH): say where it is with BENCH=..." >&2; exit 1
