PYTHON ?= python3
WORKERS ?= 2
UV ?= uv
BIN := .venv/bin
CODE = $(wildcard gateway flows tests)
PIP := $(BIN)/python -m pip install -q --no-compile
CHROMIUM := chromium chromium-browser google-chrome
HAS_CHROMIUM = ( for name in $(CHROMIUM); do command -v $$name >/dev/null && exit 0; done; exit 1 )
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint format bench conformance lock browser clean

run: .venv/.run  ## install, then start the demo on SQLite with the simulated carrier
	$(BIN)/gateway demo

test: lint browser  ## everything; a missing browser or PostgreSQL is a failure
	GATEWAY_TEST_REQUIRE=browser,postgres $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev
	$(BIN)/python -m tests.benchmarks

conformance: .venv/.dev  ## provider specs from the folder in GATEWAY_SPECS, a real Kannel
	$(BIN)/python -m pytest -m conformance

lock:  ## for maintainers: needs uv, and Python 3.11 semantics from requires-python
	$(UV) pip compile -q --universal --generate-hashes --no-header --upgrade \
	  pyproject.toml requirements/build.in -o requirements/run.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --upgrade --extra dev \
	  -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt

browser:
	@$(HAS_CHROMIUM) || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	fi
	@$(HAS_CHROMIUM) || { echo "Browser tests need Chromium. Install it, for example: sudo apt-get install chromium" >&2; exit 1; }

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run: requirements/run.txt pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	$(PIP) --require-hashes -r requirements/dev.txt
	touch $@
