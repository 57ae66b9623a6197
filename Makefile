# Needs Python >= 3.11 and make. Everything else is installed into .venv from the hash-pinned locks.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What was compiled once is kept: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-postgres check bench picture format lock wheel wheelhouse clean help

help:  ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(READY)  ## set up everything and run the main job on the bundled office
	$(BIN)/zeren demo

test: $(READY)  ## set up everything and run the tests
	$(BIN)/python -m pytest -n 3 --dist loadgroup

test-postgres: $(READY)  ## run every test that touches a database on PostgreSQL alone
	ZEREN_TEST_DATABASE=postgres $(BIN)/python -m pytest -n 3 --dist loadgroup

check: $(READY)  ## format, lint, types, import fence, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(MAKE) test

bench: $(READY)  ## run every benchmark and write docs/benchmarks.md (QUICK=1: small sizes)
	$(BIN)/python benchmarks/bench.py $(if $(QUICK),--quick)

picture: $(READY)  ## draw the README's terminal picture from a run of the demo
	$(BIN)/python benchmarks/make_picture.py

format: $(READY)  ## rewrite the code the way check wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)  ## compile the two lock files from pyproject.toml (no index address is written)
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-strip-extras --no-annotate \
	  --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-strip-extras --no-annotate \
	  --python-version 3.11 --extra postgres --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

wheel: $(READY)  ## build dist/zeren-*.whl from the locked tools, without the network
	rm -f dist/zeren-*.whl
	$(BIN)/python -m pip wheel -q --no-deps --no-build-isolation --no-index -w dist .

wheelhouse: wheel  ## collect every locked wheel and zeren's own into wheelhouse/, to install where there is no network
	rm -rf wheelhouse
	$(BIN)/python -m pip wheel -q --no-deps --require-hashes -r requirements.lock -w wheelhouse
	cp dist/zeren-*.whl requirements.lock wheelhouse/
	cp docs/离线安装.txt wheelhouse/INSTALL.txt
	@echo "wheelhouse/ 已收齐 $$(ls wheelhouse/*.whl | wc -l) 个安装包；用法见 wheelhouse/INSTALL.txt"

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更高版本；可用 make PYTHON=/path/to/python3.11 指定"; exit 1; }
	@echo "正在准备 .venv（首次约一分钟）…"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	touch $@

clean:  ## remove .venv and everything that was built
	rm -rf $(VENV) build dist wheelhouse *.egg-info
