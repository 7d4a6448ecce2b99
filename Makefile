# The commands of this project; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PEERS := tests/peers
CODE := bot handlers models cards workflow notifier platforms sandbox

# Caches stay inside the checkout, unless you already have yours elsewhere.
export PIP_CACHE_DIR ?= $(CURDIR)/$(VENV)/cache/pip
export npm_config_cache ?= $(CURDIR)/$(VENV)/cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup develop demo story quick test bench check format lint types directions unused dependencies licences \
	advisories sbom nightly-canary nightly-approvals nightly-callbacks cards-gallery clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Run

setup: $(VENV)/.runtime ## build .venv from the runtime lock; once per change of the lock

demo: setup ## sandbox, bot and demo company on this machine; prints the one address to open
	@$(BIN)/python -m bot demo

story: setup ## play the main job through the sandbox without hands; fails if a step fails
	@$(BIN)/python -m bot story

## Prove

develop: $(VENV)/.development $(VENV)/.peers ## add what the tests need: development lock, npm peers, a browser, pdfsig
	@.ci/browser
	@.ci/pdf

quick: $(VENV)/.development ## the unit tests, under a minute
	@$(BIN)/python -m pytest tests/unit

test: develop ## the whole suite, on SQLite and on the PostgreSQL and Redis it brings itself
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

BENCH_CASES ?= 25000
bench: $(VENV)/.development ## measure 审计检索 over five years of a large company, into docs/evidence; asserts nothing
	@$(BIN)/python .ci/bench_audit.py $(BENCH_CASES)

check: format lint types directions unused dependencies licences ## everything a reader should not have to check

format: $(VENV)/.development ## is the code formatted?
	@$(BIN)/ruff format --check .

lint: $(VENV)/.development ## style and common mistakes
	@$(BIN)/ruff check .

types: $(VENV)/.development ## mypy, strict
	@$(BIN)/mypy

directions: $(VENV)/.development ## imports go downwards only (.importlinter)
	@$(BIN)/lint-imports --no-cache | tail -n +10

unused: $(VENV)/.development ## code nobody calls
	@$(BIN)/python .ci/unused.py

dependencies: $(VENV)/.development ## every import is in the lock, every locked package is used
	@$(BIN)/deptry .

licences: $(VENV)/.development ## every runtime package has a licence we accept
	@$(BIN)/pip-licenses --packages $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/\1/p' requirements/runtime.txt) >/dev/null
	@echo "licences: every runtime package is on the list in pyproject.toml"

advisories: $(VENV)/.development ## known vulnerabilities; each package is audited or named as not audited
	@$(BIN)/python .ci/advisories.py

sbom: $(VENV)/.development ## write sbom.json: every locked package, its hashes and licence (CycloneDX)
	@$(BIN)/python .ci/sbom.py sbom.json
	@echo "sbom.json"

nightly-canary: $(VENV)/.development ## the whole suite at DEBUG, all it leaves behind searched for people and secrets
	@$(BIN)/python .ci/canary.py $(CANARY_TESTS)

nightly-callbacks: $(VENV)/.development ## a million guesses at the public doors: nothing changes, no server error
	@$(BIN)/python .ci/callbacks.py

cards-gallery: develop ## photograph every state of the cards on both platforms, into docs/evidence/cards
	@$(BIN)/python -m tests.cards_gallery

nightly-approvals: $(VENV)/.development ## 10,000 random histories of approvals against the model, and every planted bug
	@$(BIN)/python .ci/approvals.py

clean: ## remove everything these commands built, except the demo's home
	rm -rf $(VENV) $(PEERS)/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements/runtime.txt
	@.ci/venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/.development: requirements/development.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/development.txt
	@touch $@

$(VENV)/.peers: $(VENV)/.runtime $(wildcard $(PEERS)/package-lock.json)
	@if [ -f $(PEERS)/package-lock.json ]; then .ci/npm $(PEERS); fi
	@touch $@
