# make figures: everything, from a fresh clone to the report.   make test: the inequalities, asserted.
# Needs Python 3.11 or newer; another interpreter: make figures PYTHON=python3.12. The large size: SIZE=full.

PYTHON ?= python3
SIZE ?= quick
JOBS ?= 2
RESULTS := $(abspath $(or $(PLUMBLINE_RESULTS),results))
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ROOMS := plumbline theory simulations proofs_checks figures

.DEFAULT_GOAL := help
.PHONY: help install figures test lint docs clean

help:
	@echo "make figures | test | lint | docs | clean | install"

install: $(INSTALLED)

# The stamp holds what was installed, so that only a change of contents installs again.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d: make PYTHON=..." \
	  % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@cat pyproject.toml constraints.txt | cmp -s - $@ && { touch $@; exit 0; }; set -e; \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  echo "installing into $(VENV) (the first time this fetches torch and takes minutes)"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	  cat pyproject.toml constraints.txt > $@

figures: install
	$(BIN)/snakemake --cores all --config size=$(SIZE)
	@echo; echo "report:  $(RESULTS)/$(SIZE)/report/index.html"; echo "figures:"; \
	  find "$(RESULTS)/$(SIZE)/figures" -name '*.pdf' -o -name '*.png' | sort | sed 's/^/         /'

test: install
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The API from the docstrings: build/docs/index.html. pdoc is fetched on the first call.
docs: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(BIN)/python -m pdoc --docformat restructuredtext --math -o build/docs $(ROOMS)
	@echo "API:  $(abspath build/docs/index.html)"

# Results are kept: remove $(RESULTS) by hand.
clean:
	rm -rf .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
