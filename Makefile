# The house's front door: `make` alone says what there is. Works with GNU make 3.81 and newer.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup nightly test test-tools soak check bench-attack bench-dashboard bench-disclosure bench-publication bench-robots dashboard locales ui docs twins lock clean

VENV := .venv
BIN := $(VENV)/bin
# Workers of the test suite; each Dagster run takes several hundred megabytes, so more is not better.
TEST_WORKERS := 2
# A module's tests stay on one worker, so that what they share is made once; the costly ones come first, as they are collected.
SPREAD := -n $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder
# Passed on to the command: make nightly ARGS="--date 2026-11-20"
ARGS :=

# What the dbt manifest is made from: models, macros, tests, and the policy from which dbt's sources are derived.
MANIFEST_INPUTS := $(shell find sql policy -mindepth 1 -not -path 'sql/target*' -not -path 'sql/logs*' -not -name '.*' 2>/dev/null)

help:  ## Say what each target does
	@echo "partnerstats: nightly usage statistics that cannot be turned back into a person."
	@echo
	@echo "On a fresh machine:   make nightly      sets up, makes sample input, runs the nightly job"
	@echo "                      make test         sets up what the tests need and runs them all"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Then: .venv/bin/partnerstats --help, README.md (README.ko.md in Korean), docs/runbook.md"

setup: $(VENV)/.stamp-requirements $(VENV)/.stamp-project $(VENV)/.stamp-extension $(VENV)/.stamp-manifest  ## Make .venv from the hashed lock file, and dbt's manifest

nightly: setup  ## Run the nightly job; a home that never imported gets sample input first
	@$(BIN)/partnerstats nightly $(ARGS)

test: setup test-tools  ## Run every test, slow ones included
	TMPDIR="$$(.ci/temp-folder)" $(BIN)/python -m pytest $(SPREAD) $(ARGS)

test-tools:  ## Set up Chromium and a Korean font, which the browser tests need
	@.ci/test-tools

# PARTNERSTATS_SOAK_DAYS=30 PARTNERSTATS_SOAK_RETAINED_DAYS=30 make soak: fewer nights.
soak: setup  ## Run 90 nights, each figure recomputed, and 120 with destruction, each fifth audited anew (over half an hour)
	$(BIN)/python -m pytest -m soak tests/soak tests/browser $(ARGS)

check: setup $(VENV)/.stamp-linted-sql  ## Run the linters, the type checker and the quick tests (some minutes)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	TMPDIR="$$(.ci/temp-folder)" $(BIN)/python -m pytest $(SPREAD) -m "not slow" $(ARGS)

bench-attack: setup  ## Measure the attack on 500 partners and 90 days, and on one more night of them
	$(BIN)/python bench/attack.py --days-alone $(ARGS)

bench-disclosure: setup  ## Measure what disclosure control hides and takes, on a real log and on 500 partners
	$(BIN)/python bench/disclosure.py $(ARGS)

bench-dashboard: setup  ## Measure how long the dashboard takes with 500 partners, at 50 requests a second
	$(BIN)/python bench/dashboard_load.py $(ARGS)

bench-robots: setup  ## Say whom the rules on behaviour take for robots: make bench-robots LOG=access.log.gz (combined format)
	$(BIN)/python bench/robots.py $(LOG)

dashboard: setup  ## Serve the partners' dashboard on this machine only; a demo home gets demo accounts
	@$(BIN)/partnerstats dashboard $(ARGS)

# Catalogs are read as they are: nothing is compiled. A test says which texts wait for their translation.
locales: setup  ## Bring the dashboard's catalogs up to the texts in its code and templates
	@pot="$$(mktemp)" && $(BIN)/pybabel -q extract -F dashboard/locales/babel.cfg -k N_ --no-location --sort-output --omit-header -o "$$pot" dashboard && \
		$(BIN)/pybabel -q update -i "$$pot" -d dashboard/locales -D dashboard -l ko --no-fuzzy-matching --ignore-obsolete --omit-header -w 120; rm -f "$$pot"

bench-publication: setup  ## Measure publication of 90 days for 500 partners, the nights after it, and the attack on all of it (long)
	$(BIN)/python bench/publication.py $(ARGS)

ui: setup  ## Serve Dagster's UI on this machine only
	@$(BIN)/partnerstats ui $(ARGS)

docs: setup  ## Write dbt's page on every table and column to docs/dbt/index.html, and serve it on this machine only
	@$(BIN)/python -m pipelines.warehouse.docs $(ARGS)

twins: setup  ## Write docs/twins.md: each check, its clause, and what makes it fail
	@cd tests/integration && ../../$(BIN)/python -m support.twin_table

# The index is taken from the environment and never written down: a lock file that names a host binds every reader to it.
lock: $(VENV)/.stamp-requirements  ## Resolve the dependencies of pyproject.toml again into requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --extra dashboard --extra postgresql --extra spark --extra dev \
		pyproject.toml -o requirements.lock >/dev/null
	@if grep -nE '://|^--|experimental-parser' requirements.lock; then \
		echo "requirements.lock: names an index or the left-out dbt parser (lines above)" >&2; exit 1; fi

clean:  ## Remove .venv, caches and what dbt built; data and keys stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache sql/target sql/logs docs/dbt logs dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python="$$(.ci/find-python)" && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.stamp-requirements: requirements.lock | $(BIN)/python
	@echo "Installing the locked dependencies (some minutes the first time)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.stamp-project: pyproject.toml $(VENV)/.stamp-requirements
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# DuckDB's extension is loaded from its wheel; tried here, so that a machine it does not fit learns of it now and not at night.
$(VENV)/.stamp-extension: $(VENV)/.stamp-project
	@$(BIN)/python -c "import duckdb; from pipelines.storage.engine import prepare; prepare(duckdb.connect())"
	@touch $@

$(VENV)/.stamp-manifest: $(VENV)/.stamp-project $(VENV)/.stamp-extension $(MANIFEST_INPUTS)
	@echo "Building dbt's manifest"
	@$(BIN)/python -m pipelines.warehouse.manifest
	@touch $@

# The one linter that keeps no cache: its answer stands until the SQL, its rules or a dependency changes.
$(VENV)/.stamp-linted-sql: $(VENV)/.stamp-project $(MANIFEST_INPUTS) .sqlfluff
	$(BIN)/sqlfluff lint sql --processes $(TEST_WORKERS)
	@touch $@
