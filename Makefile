# Every command of this project; `make` alone lists them.
# A target that needs the environment makes it first, so each works alone on a fresh clone with Python 3.11, git and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The first interpreter found that is 3.11 or newer. To use another: rm -r .venv; make install PYTHON=python3.13
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# How many processes share the tests: `make test WORKERS=0` runs them in one. What else pytest should hear goes into ARGS.
WORKERS ?= logical
PYTEST := $(BIN)/pytest --no-header -n $(WORKERS) --maxprocesses 4 --dist worksteal

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: $(STAMP) ## Make .venv from requirements.lock and install the project into it

$(STAMP): requirements.lock pyproject.toml clients/python/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found on the PATH." >&2; exit 1; }
	@test -x $(BIN)/pip || { echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing what requirements.lock names (about half a minute the first time)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --no-index -e . -e clients/python
	@touch $@

# PORT, DATABASE_URL and EMULATOR_KEY reach the command through the environment: make run PORT=9000
.PHONY: run
run: $(STAMP) ## Serve the emulator at http://127.0.0.1:8080 (PORT=…, DATABASE_URL=…)
	@exec $(BIN)/dispute-emulator serve

.PHONY: test
test: $(STAMP) ## Run every test (WORKERS=…, ARGS='-k story')
	@$(PYTEST) $(ARGS)

.PHONY: format
format: $(STAMP) ## Put the code into its one form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: lint
lint: $(STAMP) ## Check form, lint rules and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: coverage
coverage: $(STAMP) ## Show what carries out and what tests each rule, row and refusal; fails on a gap
	@$(BIN)/python -m tests.coverage_of_rules

# The tests come last: CI reads pytest's closing line. Among them they meet every row, timer and refusal of the table.
.PHONY: check
check: ARGS += --dispute-cov-fail-under=rows:100,timers:100,refusals:100
check: lint coverage test ## All that must hold before a commit lands: lint, coverage of the rules, tests

.PHONY: fuzz
fuzz: $(STAMP) ## Let schemathesis at a running server (FUZZ_SECONDS=300)
	@tests/fuzz/run.sh

# Ratios of one run, from a quiet machine; ARGS goes to the command: ARGS='--only read,edit', ARGS=--quick, ARGS=--write for the README.
.PHONY: bench
bench: $(STAMP) ## Measure speed against a bare view, bare statements and rivals: one table (needs wrk; half an hour; ARGS=--quick)
	@$(BIN)/python -m loadtests.bench $(ARGS)

.PHONY: bench-growth
bench-growth: $(STAMP) ## Measure the same requests at 1,000, 100,000 and 1,000,000 orders (needs wrk; about an hour)
	@$(BIN)/python -m loadtests.bench --only growth $(ARGS)

# HOST is a server that is there already, and EMULATOR_KEY opens it; without it one is started, on DATABASE_URL if that is given. PAGE=1 shows
# locust's page, PROCESSES=2 spreads the users over processes. What else locust or the crowd should hear goes into ARGS.
CROWD = $(BIN)/python -m loadtests.crowd $(if $(HOST),--host $(HOST)) $(if $(PAGE),--page) $(if $(PROCESSES),--processes $(PROCESSES)) \
	--server-workers $(or $(SERVER_WORKERS),1)

.PHONY: load
load: $(STAMP) ## Let a crowd at a server (USERS=20, SANDBOXES=4, DURATION=60s, SHAPE=steady, ramp, spike or soak, HOST=…, PAGE=1, ARGS=…)
	@$(CROWD) --users $(or $(USERS),20) --sandboxes $(or $(SANDBOXES),4) --run-time $(or $(DURATION),60s) --shape $(or $(SHAPE),steady) $(ARGS)

.PHONY: load-soak
load-soak: $(STAMP) ## The same for long, judged by whether memory and latency stay flat (USERS=200, SANDBOXES=20, DURATION=30m)
	@$(CROWD) --users $(or $(USERS),200) --sandboxes $(or $(SANDBOXES),20) --run-time $(or $(DURATION),30m) --shape soak \
		--report var/load/soak.html $(ARGS)

.PHONY: readme
readme: $(STAMP) ## Write the README's tables and printed answers anew from the code and a running server
	@$(BIN)/python -m tests.readme

.PHONY: client
client: $(STAMP) ## Write what the Python client has of the contract anew
	@$(BIN)/python -m clients.python.generator

.PHONY: curl
curl: $(STAMP) ## Write the stories' curl scripts anew
	@$(BIN)/python -m clients.curl.write

.PHONY: migration
migration: $(STAMP) ## Write the next migration from what tables.py has and the last has not (MESSAGE="…")
	@$(BIN)/python -m tests.store.new_migration "$(MESSAGE)"

.PHONY: races
races: $(STAMP) ## Race contradictory commands over four processes (ROUNDS=500, DATABASE=sqlite or postgresql)
	@$(BIN)/python -m tests.races --rounds $(or $(ROUNDS),500) --database $(or $(DATABASE),sqlite)

.PHONY: crash
crash: $(STAMP) ## Kill workers under load (CRASH_SECONDS=300, DATABASE=sqlite or postgresql, ARGS=--stop-database)
	@$(BIN)/python -m tests.crash --database $(or $(DATABASE),sqlite) --seconds $(or $(CRASH_SECONDS),300) $(ARGS)

.PHONY: soak
soak: $(STAMP) ## Let a state machine compare the server with the pure core (SOAK_SECONDS=1800, DATABASE=sqlite or postgresql)
	@SOAK_SECONDS=$(or $(SOAK_SECONDS),1800) DATABASE=$(or $(DATABASE),sqlite) $(BIN)/python -m tests.soak

DOCS := docs/_build/html

# A warning is an error: a link that leads nowhere, a page nobody can reach, a reference to a rule that is gone.
.PHONY: docs
docs: $(STAMP) ## Build the site from docs/ into docs/_build/html
	@rm -rf $(DOCS)
	@$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --quiet --builder html --doctree-dir docs/_build/doctrees docs $(DOCS)
	@echo "Open $(DOCS)/index.html"

DOCS_PORT ?= 8081
.PHONY: docs-serve
docs-serve: docs ## Build the site and serve it at http://127.0.0.1:8081 (DOCS_PORT=…)
	@exec $(BIN)/python -m http.server --bind 127.0.0.1 --directory $(DOCS) $(DOCS_PORT)

.PHONY: docs-answers
docs-answers: $(STAMP) ## Write the site's printed answers anew from running servers
	@$(BIN)/python -m tests.docs.telling

$(BIN)/uv:
	@$(MAKE) --no-print-directory install

# Pins stay as they are unless pyproject.toml demands otherwise; `make lock UPGRADE=--upgrade` renews them all.
.PHONY: lock
lock: | $(BIN)/uv ## Remake requirements.lock from pyproject.toml (UPGRADE=--upgrade renews every pin)
	@$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-config --no-emit-index-url --no-emit-find-links --no-emit-package dispute-emulator-client \
		--custom-compile-command "make lock" --quiet $(UPGRADE) --output-file requirements.lock
	@grep -c '==' requirements.lock | sed 's/$$/ packages pinned in requirements.lock/'

.PHONY: build
build: $(STAMP) ## Build the wheels and source archives of the emulator and of its Python client into dist/
	@$(BIN)/python -m build --no-isolation
	@$(BIN)/python -m build --no-isolation --outdir dist clients/python

.PHONY: clean
clean: ## Remove .venv, builds and caches
	@rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
