# One command, one meaning: people, hooks and CI call these targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is compiled once is not compiled by every process that a test starts, whatever the environment says.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadgroup --cov --cov-report=term
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install install-dev run check test test-all fuzz faults messages bench pictures schema wheel sbom licences pythons lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# The locks are whole: with --no-deps nothing is resolved anew, so that a later release of anything changes nothing.
install: $(VENV)/.run  ## make .venv with what duban needs to run

install-dev: $(VENV)/.dev

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("duban needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.11 …")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

run: install  ## rehearse the plan on an embedded stack; Ctrl-C ends it
	@exec $(BIN)/duban up

check: install-dev  ## lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install-dev  ## every test but the slow ones
	$(PYTEST) -m "not slow"

test-all: install-dev  ## every test
	$(PYTEST)

fuzz: install-dev  ## 100,000 mutated plans, tables, forms, links and addresses: no traceback, no hang
	$(BIN)/python -m tests.fuzz 100000

faults: install-dev  ## 1,000 faults in a bureau's rehearsed weeks: nothing lost, nothing doubled
	$(BIN)/python -m tests.faults 1000

bench: install-dev  ## benchmarks, each beside its peer in one run
	@missed=; for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || missed="$$missed $$file"; done; \
	if [ -n "$$missed" ]; then echo "missed:$$missed"; exit 1; fi

pictures: install-dev  ## take the pictures of README and handbook from a running stack
	$(BIN)/python -m docs.take_pictures

messages: install-dev  ## renew the catalogues of messages from the code, and name what is not translated
	$(BIN)/python -m docs.messages

schema: install  ## write config/schema from the models
	$(BIN)/duban schema --write config/schema

wheel: install-dev  ## build the wheel into dist/, fetching nothing
	$(BIN)/python -m hatchling build -t wheel -d dist

sbom: install  ## write what duban is made of into dist/ (CycloneDX)
	$(BIN)/python -m release.sbom dist/duban.cdx.json

licences: install  ## fail on a licence nobody has looked at
	$(BIN)/python -m release.licences

pythons: install-dev  ## the quick tests of the core in every other Python there is
	@$(BIN)/python -m release.pythons

lock: install-dev  ## renew the locked versions
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --upgrade -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev -c requirements.lock \
		-o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra machines -c requirements.lock \
		-o requirements-machines.lock pyproject.toml

clean:  ## remove the environment and runtime files
	rm -rf $(VENV) var build *.egg-info
