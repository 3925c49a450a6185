# make up      install and start everything; Ctrl-C stops it
# make test    every test
# make check   the quick ones, with all static checks: before each commit
# make bench   every benchmark: a table, and bench/results.json; ONLY="pipeline tracking" for some of them

CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON := $(shell for python in $(CANDIDATES); do $$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: up install develop check static test bench faults texts requirements clean

up: install
	@exec $(BIN)/sendbote up

install: python
	@$(PYTHON) requirements/install.py run

develop: python
	@$(PYTHON) requirements/install.py develop

.PHONY: python
python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11, 3.12, 3.13 or 3.14 was found. On Debian 12 or Ubuntu 24.04 and later: apt-get install python3"; \
		exit 1; \
	fi

check: static
	$(PYTEST) -m "not slow and not browser" tests/unit tests/integration

test: static
	@$(PYTHON) requirements/system.py
	$(PYTEST)

bench: develop
	@$(PYTHON) requirements/system.py
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

# Breaks everything at random points and counts what was lost; RUNS=20 for more of them, SEED=2 for others.
faults: develop
	$(BIN)/python -m tests.faults --runs $(or $(RUNS),3) --seed $(or $(SEED),1)

static: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

# Gathers every sentence of the code into texts/locale, where translators find what is missing.
SPOKEN = admin bot channels cli config core embedded files sandbox texts web workers
texts: develop
	$(BIN)/pybabel -q extract -F texts/babel.cfg -k _ -k N_ -k ngettext:1,2 --no-location --omit-header --sort-output \
		-o build-texts.pot $(SPOKEN)
	$(BIN)/pybabel -q update -i build-texts.pot -d texts/locale -D sendbote --no-fuzzy-matching --ignore-obsolete \
		--omit-header --width 120
	@rm build-texts.pot

# Pins what requirements/*.in name, with hashes, for every supported Python and machine; UPGRADE=--upgrade for the
# newest versions.
requirements: develop
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	for set in build run develop; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE) \
			requirements/$$set.in --output-file requirements/$$set.txt || exit 1; \
	done

# What was installed and built; data/ is yours and stays.
clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
