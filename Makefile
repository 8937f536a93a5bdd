# Motcua – every target sets up what it needs and says what it is doing. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# What every Rasa process of ours runs with: no telemetry, no TensorFlow chatter.
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.PHONY: help setup run shell test lint check load train validate lock benchmark-pipelines benchmark-search benchmark-page screenshots clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## install everything, exactly as locked

# A Python 3.10 of the machine if it has one; otherwise uv fetches one (it cannot without a network).
$(INSTALLED): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (Rasa and TensorFlow, about 2.5 GB; half a minute to a few minutes) ..."
	if [ ! -x $(BIN)/python ]; then
	  if command -v python3.10 >/dev/null 2>&1 && python3.10 -c '' >/dev/null 2>&1; then
	    echo "Using $$(command -v python3.10)"
	    python3.10 -m venv $(VENV)
	  elif command -v uv >/dev/null 2>&1; then
	    echo "There is no python3.10; uv fetches one"
	    uv venv --seed --python 3.10 $(VENV)
	  else
	    echo "Motcua needs Python 3.10. Install python3.10 (with venv), or uv, which can fetch it: https://docs.astral.sh/uv/" >&2
	    exit 1
	  fi
	fi
	if command -v uv >/dev/null 2>&1; then UV=uv; else
	  $(BIN)/python -m pip --disable-pip-version-check install --quiet 'uv>=0.5'
	  UV=$(BIN)/uv
	fi
	export VIRTUAL_ENV=$$PWD/$(VENV)
	$$UV pip install --quiet --require-hashes --requirement requirements.lock
	$$UV pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

run: $(INSTALLED) ## start Motcua (PORT and ACTION_PORT move the two servers)
	@exec $(BIN)/motcua run

shell: $(INSTALLED) ## chat in the Rasa shell, with everything running
	@exec $(BIN)/motcua shell

test: $(INSTALLED) lint check validate ## set up, then lint, check the data and run all tests
	@echo "Running the tests ..."
	$(BIN)/motcua train
	$(BIN)/pytest

lint: $(INSTALLED) ## format check, lint, types
	@echo "Checking format, lint and types ..."
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy bot actions benchmarks

check: $(INSTALLED) ## report every problem in the procedure definitions and portal guides
	@$(BIN)/motcua check

load: $(INSTALLED) ## bring the definitions into the database
	@$(BIN)/motcua load

train: $(INSTALLED) ## train the model if its sources changed
	@$(BIN)/motcua train

validate: $(INSTALLED) ## let Rasa validate domain, NLU data and rules
	@echo "Validating the Rasa data ..."
	$(BIN)/rasa data validate --fail-on-warnings --domain domain.yml --config config.yml --data data/nlu data/rules

lock: $(INSTALLED) ## write requirements.lock anew from pyproject.toml
	@UV=$$(command -v uv || echo $(BIN)/uv)
	$$UV pip compile --quiet --universal --generate-hashes --python-version 3.10 --extra dev \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml --output-file requirements.lock

benchmark-pipelines: $(INSTALLED) ## compare NLU pipelines by cross-validation (about half an hour)
	@$(BIN)/python -m benchmarks.pipelines

benchmark-search: $(INSTALLED) ## compare ways of finding a procedure among all (a few minutes)
	@$(BIN)/python -m benchmarks.search

benchmark-page: $(INSTALLED) ## measure the page against its budgets (needs Chromium and a running Motcua)
	@$(BIN)/python -m benchmarks.page

screenshots: $(INSTALLED) ## take the pictures of the docs anew (needs Chromium and a running Motcua)
	@$(BIN)/python -m docs.screenshots

clean: ## remove what was made: model, database, caches (not the environment)
	rm -rf models var .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis results
