# The commands of the course; README gives each one for those without make.
PYTHON ?= python3
DATASET ?= sample
DATA_DIR ?=
PARAMS ?=
SCHEDULER ?=
MODEL ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
# an absolute path: notebooks run in folders of their own
DATA := $(if $(DATA_DIR),$(abspath $(DATA_DIR)))
READY := .venv/ready

.PHONY: run test lint lab notebooks bench leakage sweep models demo site slides student offline timings
run: $(READY)
	$(BIN)/python -m helpers.check_env
	$(BIN)/python tools/run_lessons.py --dataset $(DATASET) $(if $(DATA),--data-dir "$(DATA)") $(PARAMS)

test: $(READY)
	$(if $(DATA),WORD_EMBEDDINGS_DATA="$(DATA)") $(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/python -m ruff check

lab: $(READY)
	$(BIN)/python -m jupyterlab notebooks

notebooks: $(READY)
	$(BIN)/python tools/refresh_notebooks.py

bench: $(READY)
	$(BIN)/python benchmarks/run.py $(if $(DATA),--data-dir "$(DATA)")

leakage: $(READY)
	$(BIN)/python tools/measure_leakage.py $(if $(DATA),--data-dir "$(DATA)")

sweep: $(READY)
	$(BIN)/python tools/sweep.py --dataset $(DATASET) $(if $(DATA),--data-dir "$(DATA)") $(if $(SCHEDULER),--scheduler $(SCHEDULER)) $(PARAMS)

models: $(READY)
	$(BIN)/python tools/report_models.py runs/sweep/full/table.jsonl

demo: $(READY)
	$(BIN)/python -m helpers.demo --dataset $(DATASET) $(if $(DATA),--data-dir "$(DATA)") $(MODEL)

site: $(READY)
	$(BIN)/python tools/make_site.py

slides: $(READY)
	$(BIN)/python tools/make_slides.py

student: $(READY)
	$(BIN)/python tools/make_student.py --zip

offline: $(READY)
	$(BIN)/python tools/make_offline.py

timings: $(READY)
	$(BIN)/python tools/make_timings.py

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; from helpers.check_env import check_python; good, said = check_python(); print(said); sys.exit(not good)"
	$(PYTHON) -m venv .venv
	@echo "Installing what requirements.lock pins, some 2 GB: this takes minutes, once."
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"
