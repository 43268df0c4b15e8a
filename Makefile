# make quickstart   set up, search on handwritten digits, show the front, export a network: about 5 minutes
# make test         set up, then everything that must be green: ruff, mypy, import-linter, pytest
# make test-slow    the tests that take minutes (kills, clusters)
# make wheel        a package to install elsewhere, in dist/
# make docs         the documentation as a site, in site/
# make audit        known vulnerabilities of what is pinned, as PyPI has them
# make lock         pin the newest dependencies that pyproject.toml allows

SHELL := /bin/bash
BIN := .venv/bin
SEARCH := $(BIN)/ulsam-search

.PHONY: setup quickstart test test-slow check wheel docs audit ffcv lock

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh
	@touch $@

.venv/.installed-dev: .venv/.installed
	@scripts/setup.sh dev
	@touch $@

quickstart: .venv/.installed
	@test -d data/digits || $(SEARCH) prepare --dataset digits --out data/digits
	@if test -d runs/digits; then $(SEARCH) launch --resume digits; else $(SEARCH) launch examples/digits.yaml; fi
	@test -d best/digits || $(SEARCH) export digits --max-flops 2M --out best/digits
	@$(SEARCH) evaluate best/digits

# Tests start hundreds of processes, and each would compile this package again where Python may not keep what it compiles.
test: .venv/.installed-dev check
	@PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-slow: .venv/.installed-dev
	@$(BIN)/pytest -m slow --timeout 1800

check: .venv/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

wheel: .venv/.installed
	@rm -rf build dist # setuptools packs what an earlier version left in build/
	@$(BIN)/uv build --quiet --wheel --out-dir dist .
	@ls dist/*.whl

docs: .venv/.installed-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo 'open site/index.html'

# Strict: a package that could not be looked up is no package without vulnerabilities.
audit: .venv/.installed-dev
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement requirements.lock

ffcv:
	@rm -f .venv/.installed
	@$(MAKE) --no-print-directory setup

lock: .venv/.installed
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--no-annotate --no-header --extra ffcv --extra executorch --extra dev pyproject.toml --output-file requirements.lock
	@! grep -n '://' requirements.lock
