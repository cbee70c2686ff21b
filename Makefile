# `make demo` and `make test` need Python 3.11+, make, and on Linux bubblewrap (installed here where that is allowed).

unexport PYTHONDONTWRITEBYTECODE  # with it, each of the many processes would compile the project again
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test test-slow test-hub test-nbgrader lint rules types all-tests bench slowest lab hub release docs docs-pages clean

demo: $(READY)  ## a class hands in, is graded and gets feedback
	$(BIN)/python -m demo

# In four processes: on two processors, some tests always wait for something.
PYTEST := $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test: $(READY)  ## everything that must hold when it runs, and the rules for code; make types looks at the types
	scripts/system_packages.sh test
	@$(MAKE) --no-print-directory --jobs 2 rules all-tests

all-tests:
	$(BIN)/python -m compileall -q autograder/sandbox/inside  # a sandbox cannot keep what it compiles
	$(PYTEST)

test-slow: $(READY)  ## every lesson (its bank, odd values, inventions, other data), clusters, PostgreSQL, processes that are killed or wait
	scripts/system_packages.sh test
	$(PYTEST) -m slow

test-hub: $(READY)  ## a course on a JupyterHub, played in a browser (docs/jupyterhub.md)
	scripts/system_packages.sh test
	$(BIN)/python -m pytest -m hub tests/hub

test-nbgrader: $(READY)  ## nbgrader's own tests of autograde and feedback, with this project's configuration
	$(BIN)/python -m tests.nbgraders_own

lint: rules types  ## what is read of the code without running it

rules: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

bench: $(READY)  ## how long a class takes, beside the peers: half an hour on a machine that does nothing else
	$(BIN)/python -m benchmarks.throughput

slowest: $(READY)  ## search for ten minutes for the value that takes the grader longest to read
	$(BIN)/python -m benchmarks.slowest_value 600

lab: $(READY)  ## JupyterLab with the formgrader on the demo class, or on your course: make lab COURSE=~/my-course
	$(BIN)/python -m demo.lab $(if $(COURSE),--course "$(COURSE)")

hub: $(READY)  ## a JupyterHub with the demo class; set-up included (docs/jupyterhub.md)
	$(BIN)/python -m demo.hub

release: $(READY)  ## generate release/ from source/, with a gradebook that is thrown away
	rm -rf release
	set -e; scratch=$$(mktemp -d); for folder in source/*/; do \
	    $(BIN)/nbgrader generate_assignment "$$(basename $$folder)" --db="sqlite:///$$scratch/gradebook.db"; \
	done; rm -r "$$scratch"

$(READY): pyproject.toml lmmsolutions/pyproject.toml constraints.txt scripts/system_packages.sh
	@echo "Installing into .venv what constraints.txt names, and missing system packages: a few minutes, once."
	scripts/system_packages.sh
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs,lab,test]' --editable lmmsolutions
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps ngshare_exchange  # asks for an older jupyter_core
	touch $@

docs: $(READY)  ## the documentation as a site, in site/; needs no network once .venv is there
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

docs-pages: $(READY)  ## write the generated pages and pictures of the documentation anew
	$(BIN)/python -m scripts.docs.configuration
	$(BIN)/python -W ignore -m scripts.docs.every_check

verdicts: $(READY)  ## keep what the demo class and nbgrader's example get now (read the diff)
	.venv/bin/python -m tests.golden.make_verdicts

clean:  ## remove what grading and testing left behind (not .venv)
	rm -rf workspace exchange submitted autograded feedback written gradebook.db .nbgrader.log
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
