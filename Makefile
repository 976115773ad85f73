# Reporting assistant. Needs git, make and a Python 3.11 or newer with pip; `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The Python that the application runs on: the first one that is 3.11 or newer.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; print(sys.executable) if sys.version_info >= (3, 11) else sys.exit(1)' 2>/dev/null && break; done)

# Behind pyenv's shims uv sees only the versions that PYENV_VERSION names: name the installed ones.
ifndef PYENV_VERSION
_PYENV := $(shell command -v pyenv >/dev/null 2>&1 && pyenv versions --bare 2>/dev/null \
	| grep -E '^3\.(1[0-9])\.[0-9]+$$' | sort -t. -k2,2nr -k3,3nr | awk -F. '$$2 == 10 { ten = $$0 } \
	$$2 != 10 && !other { other = $$0 } END { if (ten && other) print other ":" ten; else if (ten) print ten }')
ifneq ($(_PYENV),)
UV_ENV := PYENV_VERSION=$(_PYENV)
endif
endif

# Compiled modules are kept, whatever the caller's shell says: without them every start takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

UV := .tools/uv/bin/uv
APP := .venv/.installed
BOT := bot/.venv/.installed
PY := .venv/bin/python
BOTPY := bot/.venv/bin/python
LEARN := learning/.venv/.installed
LEARNPY := learning/.venv/bin/python
COMPILE := $(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header

# Fast layers first; whatever other folder has tests comes after them.
FAST := $(wildcard tests/domain tests/actions tests/web)
LAYERS := $(FAST) $(wildcard tests/rasa tests/journeys tests/faults tests/browser)
REST := $(filter-out $(LAYERS),$(patsubst %/,%,$(dir $(wildcard tests/*/test_*.py))))

# The long runs: 10,000 reports through killed processes, words that must turn up nowhere, damaged values, rotation;
# 10,000 random messages, every place where a process is killed, and every way out at every step. DRILL_REPORTS=500 and the
# like make less of it.
DRILL := tests/drill tests/journeys/test_noise.py tests/faults tests/browser/test_exit_drill.py
DRILL_COUNTS := REPORTS=10000 KILLS=200 COURIER_KILLS=50 POSTGRES_REPORTS=300 POSTGRES_KILLS=20 CANARIES=500 \
	FLIPS=8000 ROTATED=10000 ROTATION_KILLS=5 EXIT_WAYS=5

.PHONY: help run test test-fast bench drill eval teach compare train model shell lint format types lock texts domain envs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | while IFS=$$'\t' read -r t d; do printf '%-10s %s\n' "$$t" "$$d"; done

run: envs model ## everything: environments, model, keys, database, all processes (PORT, REPORTING_HOME)
	@exec $(PY) -m stack

test: lint types model ## the whole test suite
	$(PY) -m pytest $(LAYERS) $(sort $(REST))

test-fast: lint ## domain, actions and web tests, and lint
	$(PY) -m pytest $(FAST)

bench: envs model ## our stack beside the starter bot of `rasa init`; cases beside plain SQLAlchemy
	$(PY) -m bench $(BENCH_ARGS)

drill: envs model ## the long runs: 10,000 reports, processes killed, canaries, bit flips, random messages (NOISE=10000)
	for count in $(DRILL_COUNTS); do name="DRILL_$${count%%=*}"; export "$$name=$${!name:-$${count#*=}}"; done; \
	REPORTING_NOISE=$${NOISE:-10000} $(PY) -m pytest --timeout 5400 -rA --show-capture=no $(DRILL)

train: model $(APP) ## the Rasa model and the triage's encoder, where what they are made from changed (FORCE=1: in any case)
	@$(PY) -m learning.inputs $(if $(FORCE),--changed) || $(MAKE) --no-print-directory teach

model: $(BOT)
	@$(BOTPY) -m bot.train

# About two and a half hours on two cores, what ended is kept in learning/.cache; writes casework/triage/learnt.
teach: $(LEARN)
	@$(LEARNPY) -m learning.train --force

# The bot by itself in a terminal. In another terminal start the action server first: .venv/bin/python -m actions
# (ACTIONS_PORT and ACTION_ENDPOINT move it; the defaults fit each other).
shell: model ## talk to the bot in a terminal (start `.venv/bin/python -m actions` beside it)
	RASA_TELEMETRY_ENABLED=false ACTION_ENDPOINT=$${ACTION_ENDPOINT:-http://127.0.0.1:5055/webhook} \
		bot/.venv/bin/rasa shell --endpoints endpoints.yml --credentials credentials.yml

eval: $(APP) ## how well the triage does on the frozen accounts, and whether its floors hold (PART=development ERRORS=20)
	@$(PY) -m learning.evaluate $(or $(PART),test) --errors $(or $(ERRORS),20)

compare: $(LEARN) ## rules, n-grams, the encoder frozen and taught, and their union, on the development part
	@$(LEARNPY) -m learning.compare

lint: $(APP) ## ruff
	@.venv/bin/ruff check .

format: $(APP) ## put the code in shape
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .

types: $(APP) ## mypy
	@.venv/bin/mypy

texts: $(APP) ## locale/reporting.pot, every text that a reporter may see, for translators
	@$(PY) -m casework.catalogues.extract

domain: $(APP) ## domain.yml and the story of the plan, from the question plan and its wording
	$(PY) -m casework.questions.domain

lock: $(UV) ## the lock files from pyproject.toml (UPGRADE=1 takes newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --python-version 3.11 -o requirements/app.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --group dev --python-version 3.11 -c requirements/app.txt -o requirements/dev.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group learn --python-version 3.11 -c requirements/app.txt -o requirements/learn.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group bot --python-version 3.10 -o requirements/bot.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group uv --python-version 3.11 -o requirements/uv.txt

envs: $(APP) $(BOT) ## both environments

clean: ## environments, tools and models (state under var/ stays)
	rm -rf .venv bot/.venv learning/.venv .tools models .mypy_cache .ruff_cache .pytest_cache

# uv in a folder of its own; pip checks its hash.
$(UV): requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or say which: make PYTHON=/path/to/python3" >&2; exit 1; }
	@rm -rf .tools/uv
	$(PYTHON) -m pip install -q --root-user-action=ignore --require-hashes --no-deps --target .tools/uv -r requirements/uv.txt
	@touch $@

$(APP): requirements/dev.txt pyproject.toml | $(UV)
	@test -x $(PY) || $(UV_ENV) $(UV) venv -q --python "$(PYTHON)" .venv
	VIRTUAL_ENV=.venv $(UV) pip sync -q --require-hashes --compile-bytecode requirements/dev.txt
	VIRTUAL_ENV=.venv $(UV) pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(BOT): requirements/bot.txt | $(UV)
	@test -x $(BOTPY) || $(UV_ENV) $(UV) venv -q --python 3.10 bot/.venv
	VIRTUAL_ENV=bot/.venv $(UV) pip sync -q --require-hashes --compile-bytecode requirements/bot.txt
	@touch $@

# PyTorch is large and needed by nobody who only runs or tests the assistant.
$(LEARN): requirements/learn.txt requirements/teacher.txt | $(UV)
	@test -x $(LEARNPY) || $(UV_ENV) $(UV) venv -q --python "$(PYTHON)" learning/.venv
	VIRTUAL_ENV=learning/.venv $(UV) pip sync -q --require-hashes requirements/learn.txt requirements/teacher.txt
	@touch $@
