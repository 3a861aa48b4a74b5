# Needs python3 (3.11 or newer) with venv, and make. Everything else is installed into .venv, once.
PYTHON ?= python3
# The end-to-end tests wait more than they compute.
WORKERS ?= 6
VENV := .venv
BIN := $(VENV)/bin
# The tests' databases go to memory where there is some: durability costs only time there.
PYTEST := $(if $(wildcard /dev/shm/.),PYTEST_DEBUG_TEMPROOT=/dev/shm) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo run test faults check bench bench-check words pictures format lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

# One stamp a set of packages: made again only when what it stands for has changed.
$(VENV)/app.stamp: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "python3 (3.11 or newer) was not found: install it, or say make PYTHON=/path/to/python3"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing fluxcord into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp
	@echo "installing the development tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/bench.stamp: $(VENV)/app.stamp
	@echo "installing what the bench needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@touch $@

demo: $(VENV)/app.stamp  ## watch the whole thing work, without an account
	@$(BIN)/python bot.py demo

run: $(VENV)/app.stamp  ## run the bot with the settings of .env
	@$(BIN)/python bot.py run

test: $(VENV)/dev.stamp  ## run all tests
	@$(PYTEST)

faults: $(VENV)/dev.stamp  ## kill the real process at every commit and every call, and count what is lost
	@$(BIN)/python -m tests.faults

check: $(VENV)/dev.stamp  ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)

bench: $(VENV)/bench.stamp  ## measure against a floor, in eight minutes; docs/benchmarks.md explains the table
	@$(BIN)/python -m bench

bench-check: $(VENV)/bench.stamp  ## the same, and fail when a figure is worse than the baseline's
	@$(BIN)/python -m bench --check

words: $(VENV)/app.stamp  ## bring the catalogues of translations up to date with the source
	@$(BIN)/python -m words

pictures: $(VENV)/dev.stamp  ## play each feature, and draw its messages for docs/features.md
	@$(BIN)/python -m tests.pictures

format: $(VENV)/dev.stamp  ## format and mend what can be mended by a tool
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/dev.stamp  ## pin the newest versions in constraints.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-emit-index-url \
		--no-header --no-annotate --upgrade --output-file constraints.txt pyproject.toml

clean:  ## remove what can be made again
	rm -rf $(VENV) build demo-output .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
