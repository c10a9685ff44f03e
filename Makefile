# Everything a person or a CI job calls. `make help` lists it; a second call of anything is quick.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
JS := tests/end_to_end/js
AUDITOR := .venv/audit
SPARK := .venv/spark
# Short runs on small data: a JVM that compiles little, has room for all of it, and collects garbage with one thread. Two at
# once, in the order of their names: the longest come first.
QUICK_JVM := -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC
NOT_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo not-root)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

.PHONY: help setup up demo test test-spark java check audit browser validator bench soak clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: .venv/.ready ## create .venv and install the locked packages

up: setup ## collector, builds and explorer until Ctrl-C
	@exec $(BIN)/spanledger up

demo: setup ## the same on a simulated company
	@exec $(BIN)/spanledger demo

test: setup check browser validator ## every check and test, real browser and exporters included
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-spark: setup java $(SPARK)/.ready ## builds on Spark equal builds on DuckDB (docs/spark.md)
	@PYTHONPATH=$(CURDIR)/$(SPARK) JDK_JAVA_OPTIONS="$(QUICK_JVM)" $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder tests/spark

check: setup $(AUDITOR)/.ready ## format, lint, types, import directions, dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest tests/test_imports.py tests/test_lock.py tests/test_audit.py
	@$(BIN)/python -m tests.audit

audit: setup $(AUDITOR)/.ready ## known vulnerabilities in the locked packages; fails where nobody can be asked
	@$(BIN)/python -m tests.audit --required

# Each prints what it measured and fails when it breaks a promise; the others run all the same. Only Spark's sees Spark's packages:
# a peer that finds pyspark is another peer.
BENCHES := decode stages door_to_lake ack_latency budget_latency peers build_at_size pages_at_size spark_at_size anomalies drift feature_estimates forecasts routing_advice newcomer
bench: setup java $(SPARK)/.ready ## how fast, compared with what (docs/speed.md); takes more than an hour and wants a machine of its own
	@$(call run_all,$(BENCHES))

run_all = broken=; for name in $(1); do echo "== benchmarks.$$name"; \
  case $$name in spark_*) packages=$(CURDIR)/$(SPARK);; *) packages=;; esac; PYTHONPATH=$$packages $(BIN)/python -m benchmarks.$$name || broken="$$broken $$name"; done; \
  [ -z "$$broken" ] || { echo "promises broken, or not run:$$broken" >&2; exit 1; }

soak: setup browser ## minutes to hours of kills, faults, overload and fuzzed requests; every page in every state
	@$(BIN)/python -m benchmarks.soak_faults --kills 200
	@$(BIN)/python -m benchmarks.soak_compaction
	@$(BIN)/python -m benchmarks.soak_overload
	@$(BIN)/python -m benchmarks.budget_storm
	@$(BIN)/python -m benchmarks.soak_fuzz
	@$(BIN)/python -m benchmarks.idle_connections
	@$(BIN)/python -m benchmarks.soak_pages
	@$(BIN)/python -m benchmarks.soak_seeds --seeds 20

clean: ## remove what the targets above made; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis $(JS)/node_modules dbt_project/target dbt_project/logs

# The lock is complete, so nothing is left to resolve (--no-deps; `pip check` says if it were not).
# The stamp is younger than the lock and pyproject.toml exactly when the environment holds what they say.
.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; call make PYTHON=python3.11 (or newer)")'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@echo "Installing the locked packages into .venv …"
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check --quiet
	@touch $@

# Apart, so that the product does not carry what only looks at it.
$(AUDITOR)/.ready: tests/audit.lock .venv/.ready
	@rm -rf $(AUDITOR)
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --target $(AUDITOR) -r tests/audit.lock
	@touch $@

# The extra for builds on Spark, apart from .venv, so that the tests of the product run without it.
$(SPARK)/.ready: requirements-spark.lock .venv/.ready
	@rm -rf $(SPARK)
	@echo "Installing the packages of the extra for Spark into $(SPARK) …"
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-build-isolation --target $(SPARK) -r requirements-spark.lock
	@touch $@

java: setup
	@command -v java >/dev/null || { \
	  if [ -z "$(NOT_ROOT)" ] && command -v apt-get >/dev/null; then \
	    export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update && apt-get install -y --no-install-recommends default-jre-headless; } </dev/null >/dev/null; \
	  else \
	    echo "Spark needs Java. Run: sudo apt-get update && sudo apt-get install -y default-jre-headless" >&2; exit 1; \
	  fi; \
	}

# The FinOps Foundation's validator of billing files, for the tests alone, in a folder of its own: it asks for older
# packages than ours and for Python 3.12, and runs without either (tests/focus/run.py). Beside it a linter of FOCUS 1.4.
VALIDATOR := .venv/focus-validator
validator: $(VALIDATOR)/.ready

$(VALIDATOR)/.ready: tests/focus/parts.lock tests/focus/validator.lock .venv/.ready
	@rm -rf $(VALIDATOR)
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --target $(VALIDATOR) -r tests/focus/parts.lock
	@rm -rf $(VALIDATOR)/bin
	@PYTHONPATH=$(CURDIR)/$(VALIDATOR) $(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-build-isolation \
	  --ignore-requires-python --target $(VALIDATOR) -r tests/focus/validator.lock
	@touch $@

# Chromium and Node come from the system's packages; where that is not ours to do, the one line to run is said.
browser: setup
	@missing=; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="chromium"; \
	{ command -v node && command -v npm; } >/dev/null || missing="$$missing nodejs npm"; \
	if [ -n "$$missing" ]; then \
	  if [ -z "$(NOT_ROOT)" ] && command -v apt-get >/dev/null; then \
	    export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update && apt-get install -y --no-install-recommends $$missing; } </dev/null >/dev/null; \
	  else \
	    echo "The tests need a browser and Node. Run: sudo apt-get update && sudo apt-get install -y$${missing:+ }$$missing" >&2; exit 1; \
	  fi; \
	fi
	@$(MAKE) --no-print-directory $(JS)/node_modules/.ready

$(JS)/node_modules/.ready: $(JS)/package-lock.json
	@cd $(JS) && npm ci --no-audit --no-fund --loglevel=error </dev/null
	@touch $@
