# One command runs the port-sharing sample (make run), one runs the tests (make test).
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8443

.PHONY: run test check lint types layers fmt bench conformance env

env: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(BIN)/python -m compileall -q caddylite
	touch $@

run: env            ## serve sample_configs/port_sharing.Caddyfile on 127.0.0.1:$(PORT)
	PORT=$(PORT) $(BIN)/caddylite run --config sample_configs/port_sharing.Caddyfile --adapter caddyfile

test: env           ## everything that can run on this machine
	$(BIN)/pytest -q -n auto

check: env lint types layers test

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: env
	$(BIN)/mypy

layers: env
	$(BIN)/lint-imports

fmt: env
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

bench: env
	$(BIN)/python -m benchmarks

conformance: env    ## the cases beside the project; skipped where they are missing
	$(BIN)/pytest -q -n auto tests/conformance
