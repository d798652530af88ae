# Shortcuts for people; CI runs .ci/run.
PYTHON := .venv/bin/python

.PHONY: setup test lint sample bench ci
setup:
	python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev,bench]'
test:
	$(PYTHON) -m pytest
lint:
	.venv/bin/ruff check . && .venv/bin/mypy
sample:
	.venv/bin/msc-harvest run --sample
bench:
	$(PYTHON) -m tests.benchmarks
ci:
	.ci/run
