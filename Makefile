# The course's commands; CONTRIBUTING.md gives each one for those without make; docs/commands.md tells what they write.
PYTHON ?= python3
DATASET ?= sample
DATA_DIR ?=
# Options of tools/run_lessons.py: PARAMS="--only 05 06 -p epochs 6" runs two lessons, with another parameter.
PARAMS ?=
# Options of JupyterLab: LAB=--allow-root, which root needs in a container.
LAB ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/ready
# The data folder goes through the environment: it may hold blanks, umlauts and dollars. A notebook's
# kernel runs in a folder of its own, so a relative path gets the folder of make before it.
FIRST := $(firstword $(value DATA_DIR))
ifneq ($(FIRST),)
export WORD_EMBEDDINGS_DATA := $(if $(filter /% ~%,$(FIRST))$(findstring :,$(FIRST)),,$(CURDIR)/)$(value DATA_DIR)
endif

.PHONY: run test lint lab notebooks site demo
run: $(READY)
	$(BIN)/python -m helpers.check_env
	$(BIN)/python tools/run_lessons.py --dataset $(DATASET) $(PARAMS)

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/python -m ruff check
	$(BIN)/python -m codespell_lib

lab: $(READY)
	$(BIN)/python -m jupyterlab --FileContentsManager.preferred_dir=$(if $(wildcard my/*.ipynb),my,notebooks) $(LAB)

notebooks: $(READY)
	$(BIN)/python tools/refresh_notebooks.py

site: $(READY)
	$(BIN)/python tools/build_site.py

demo: site
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site 8000

$(READY): requirements.lock pyproject.toml
	$(PYTHON) helpers/check_env.py --python-only
	$(PYTHON) -m venv .venv
	@echo "Installing what requirements.lock pins, almost 3 GB with the tools for tests and site: this takes minutes, once."
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"
