# Everything is run from here; `make help` lists the targets. Needed on the machine: Python 3.11 or newer and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first interpreter that is new enough; `make test PYTHON=python3.12` names another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes
RUNTIME := $(VENV)/.requirements
DEVELOPMENT := $(VENV)/.requirements-dev
COMPILE := $(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url

export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run demo test trust bench lint shots wheel requirements messages environment

help: ## Lists the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

# --- the environment ------------------------------------------------------------------------------------------------

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found; name it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m tests.support.system venv
	@$(PYTHON) -m venv $(VENV)

# pip leaves alone what is installed in the pinned version, so a stamp that is merely older costs seconds.
$(RUNTIME): requirements.txt | $(PY)
	@echo "Installing the pinned requirements…"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt | $(PY)
	@echo "Installing the pinned requirements and the tools…"
	@$(PIP) -r requirements-dev.txt
	@touch $@

environment: $(DEVELOPMENT) ## Installs the requirements and the development tools into .venv.

# --- seeing it work -------------------------------------------------------------------------------------------------

run: $(RUNTIME) ## Prepares the demo and serves it with its task worker on http://127.0.0.1:8000 (PORT=… for another).
	@exec $(PY) manage.py serve_demo --port $(PORT)

demo: $(RUNTIME) ## Only prepares what `make run` serves; RESET=1 starts anew.
	@exec $(PY) manage.py serve_demo --prepare-only --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

shots: $(DEVELOPMENT) ## Takes a screenshot of every screen, desktop and 360 px, into var/shots/ (ONLY=name for some).
	@$(PY) -m tests.support.system chromium
	@exec $(PY) -m tests.support.shots $(if $(ONLY),--only $(ONLY))

# --- proving it works -----------------------------------------------------------------------------------------------

# One pytest run, every test in two workers of it: one on SQLite, one on PostgreSQL. So there is one summary, the last line.
test: $(DEVELOPMENT) ## Runs the whole suite on SQLite and PostgreSQL, browser journeys included (ARGS=… goes to pytest).
	@$(PY) -m tests.support.system chromium postgresql
	@exec $(PY) -m tests.support.both_databases $(ARGS)

trust: $(DEVELOPMENT) ## Runs the suites in their long form (kills, fuzz, histories, races); seeds are printed.
	@$(PY) -m tests.support.system chromium postgresql
	@TRUST=1 exec $(PY) -m tests.support.both_databases $(ARGS)

bench: $(DEVELOPMENT) ## Measures the product against its peers (ROWS=…), prints a table and writes var/bench.json.
	@$(PY) -m tests.support.system postgresql pango
	@exec $(PY) -m tests.support.postgres -- $(PY) -m bench $(if $(ROWS),--rows $(ROWS)) $(ARGS)

lint: $(DEVELOPMENT) ## Style, types, import contracts, templates, missing migrations, translations.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	PYTHONPATH=.:site $(VENV)/bin/lint-imports --no-logo
	$(PY) -m djlint --lint --quiet templates cabinet_pages imports site
	TEST_DATABASE=sqlite DJANGO_SETTINGS_MODULE=website.settings.test $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m tests.support.catalogues

# --- shipping it ----------------------------------------------------------------------------------------------------

wheel: $(DEVELOPMENT) ## Builds the installable wheel into dist/ and looks into it.
	@rm -rf dist
	@$(PY) -m build --wheel --no-isolation --outdir dist .
	@$(PY) -m tests.support.wheel dist

requirements: $(DEVELOPMENT) ## Compiles requirements*.in into requirements*.txt with hashes (UPGRADE=1 takes newer releases).
	@$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in --output-file requirements.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-dev.in --output-file requirements-dev.txt
	@! grep -nE '://|--index|--extra-index|--find-links|--trusted-host' requirements.txt requirements-dev.txt

messages: $(DEVELOPMENT) ## Compiles the Ukrainian catalogues and names the texts that lack a translation.
	@$(PY) -m tests.support.catalogues --compile
