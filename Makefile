# make setup      virtual environment in .venv with the relabel command in it
# make test       lint, types, import contracts, tests
# make quick      lint and a smoke subset of the tests
# make fuzz       10,000 command lines and configurations that nobody would write (CASES=N)
# make reproduce  check every claim and draw every figure into results/ (PRESET=quick|full)
# make browser    the report in a headless Chromium: formulas, speed, access; screenshots
# make docs       the documentation site into results/docs, offline
# make power      mutation tests: errors in packages and formulas, which the claims must reject
# make bench      speed and memory into results/benchmarks.md
# make dist       sdist and wheel into dist/, checked
# make lock       requirements.lock anew, with the hash of every file of constraints.txt

PYTHON ?= python3
PRESET ?= quick
WORKERS ?= 2
CASES ?= 10000

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The editable install links every module by itself: a new or moved file needs new links.
PACKAGES := api sim theory proofs_check scan figures pilot experiments report relabel
LISTED := $(firstword $(shell find $(PACKAGES) -name '*.py' -o -name '*.toml' -o -path 'report/page/*' -type f -o -name py.typed | sort | cksum))
LINKED := $(VENV)/.linked-$(LISTED)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup test quick lint smoke pytest reproduce power bench dist lock fuzz browser docs

help:
	@sed -n 's/^# //p' Makefile

setup: $(LINKED)

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %s; try make PYTHON=python3.12" % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@rm -f $(VENV)/.linked-*
	@touch $@

$(LINKED): $(STAMP)
	@rm -rf build $(VENV)/.linked-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=strict -e .
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/mypy -p relabel_lab -p benchmarks

test: setup  # lint beside the tests: its types take one core for half a minute
	$(MAKE) --no-print-directory -j2 lint pytest

quick: setup
	$(MAKE) --no-print-directory -j2 lint smoke

smoke: setup
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m smoke

pytest: setup
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --durations 30 --durations-min 3

fuzz: setup
	FUZZ_CASES=$(CASES) $(BIN)/pytest -n $(WORKERS) tests/relabel/test_fuzz.py

reproduce: setup
	$(if $(filter quick full,$(PRESET)),,$(error PRESET=$(PRESET) is not allowed: PRESET must be quick or full))
	$(BIN)/relabel check --level $(PRESET) --out results
	$(BIN)/relabel figures --preset $(PRESET) --out results/figures

browser: setup
	$(BIN)/python -m tests.report.in_browser --out results/browser

docs: setup  # MathML instead of scripts, so that nothing is fetched when a page is read
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt sphinx furo myst-parser
	$(BIN)/sphinx-build -W --keep-going -q -b html docs results/docs
	@if grep -rlE '`<math|</math>`' results/docs --include='*.html'; then echo 'formulas above show their backticks' >&2; exit 1; fi

power: setup
	$(BIN)/python -m relabel_lab.proofs_check.mutations --workers $(WORKERS) --out results
	$(BIN)/python -m relabel_lab.proofs_check.power --roots 200 --out results

lock: setup  # for every system and Python that the project supports
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	printf 'setuptools>=77\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header -c constraints.txt --extra dev pyproject.toml - -o requirements.lock

dist: setup  # sdist and wheel, as they would be published
	@rm -rf dist
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt build twine
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m twine check --strict dist/*

bench: setup
	$(BIN)/python -m benchmarks
