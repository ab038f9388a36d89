# Reprise: set-up, run and test. `make help` lists the targets.
#
# Everything is installed into .venv and left alone while the requirements stay as they are.
# Settings: PORT (8501), PYTHON (the first one found from 3.11 on), REPRISE_* (see README.md).

PORT ?= 8501
ifndef PYTHON
PYTHON := $(shell sh tools/find_python)
endif
SETUP = $(or $(PYTHON),exit 1;) tools/setup.py
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench clean

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

setup:  ## virtual environment, packages (for development too) and model files
	@$(SETUP) packages --dev
	@$(SETUP) models

run:  ## set up what is missing, then serve the app
	@$(SETUP) packages
	@$(SETUP) models --as-configured
	@$(SETUP) serve --port $(PORT)

test: setup  ## set up, then lint, types, import rules and all tests; ARGS goes to pytest
	@$(RUN) -m tests.support.chromium
	@$(MAKE) --no-print-directory lint
	@$(RUN) -m pytest $(ARGS)

lint:  ## the gate before the tests: lint, format, types, import rules
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m mypy agents cache
	@.venv/bin/lint-imports --no-cache --no-logo

format:  ## format, and fix what can be fixed without thought
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: setup  ## every benchmark, each prints a table
	@for script in benchmarks/[a-z]*.py; do \
		echo "== $$script"; $(RUN) -m benchmarks.$$(basename $$script .py) || exit; \
	done

clean:  ## remove the virtual environment and caches; models and conversations stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
