# `make demo` and `make test` need Python 3.11+, make, and on Linux bubblewrap (installed here where that is allowed).

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint bench lab release clean

demo: $(READY)  ## a class hands in, is graded and gets feedback
	$(BIN)/python -m demo

test: $(READY) lint  ## everything that must hold
	scripts/system_packages.sh test
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## how long a class takes, beside the peers: half an hour on a machine that does nothing else
	$(BIN)/python -m benchmarks.throughput

lab: $(READY)  ## JupyterLab with the formgrader on the demo class
	$(BIN)/python -m demo.lab

release: $(READY)  ## generate release/ from source/, with a gradebook that is thrown away
	rm -rf release
	set -e; scratch=$$(mktemp -d); for folder in source/*/; do \
	    $(BIN)/nbgrader generate_assignment "$$(basename $$folder)" --db="sqlite:///$$scratch/gradebook.db"; \
	done; rm -r "$$scratch"

$(READY): pyproject.toml constraints.txt scripts/system_packages.sh
	scripts/system_packages.sh
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[lab,test]'
	touch $@

clean:  ## remove what grading and testing left behind (not .venv)
	rm -rf workspace exchange submitted autograded feedback written gradebook.db .nbgrader.log
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
