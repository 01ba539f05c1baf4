# Every target sets up its own environment in .venv; nothing is installed elsewhere.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python

.PHONY: run lab2 lab3 best test test-long check bench reports clean

$(VENV)/ready: requirements.txt pyproject.toml
	@echo "setting up $(VENV) from requirements.txt (once; a few minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

# What is trained on: DATA=path (or wiki8, or sample), else text8, downloaded once, else wiki8.
CORPUS  = $(if $(DATA),data="$(DATA)",data=$$($(PY) scripts/get_data.py --corpus))

# make run              Lab 1
# make run DATA=sample  the quick look
run: $(VENV)/ready
	@$(CORPUS) && $(PY) lab01_word2vec/solution.py --data "$$data"

# make lab2           GloVe, skip-gram and FastText on one slice of text
lab2: $(VENV)/ready
	@$(CORPUS) && $(PY) lab02_glove_fasttext/solution.py --data "$$data"

# make best           the best vectors, in minutes; SUBWORDS=1 also answers unknown words
best: $(VENV)/ready
	@$(CORPUS) && $(PY) -m best_vectors --data "$$data" $(if $(SUBWORDS),--subwords)

# make lab3           scores, pictures and page of the vectors that ship; VECTORS="a.bin b.txt" takes others
lab3: $(VENV)/ready
	@$(PY) lab03_eval/solution.py $(if $(VECTORS),--vectors $(VECTORS))

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.txt
	@echo "adding what only tests need, from requirements-dev.txt (once)"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# make test           every test but the long ones: two processes of one thread each, and each file's tests in one
test: $(VENV)/ready-dev
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# make test-long      what takes minutes per test; before a release
test-long: $(VENV)/ready-dev
	@$(PY) -m pytest -m long

check: $(VENV)/ready-dev
	@$(PY) -m ruff check && $(PY) -m ruff format --check && $(PY) -m mypy

bench: $(VENV)/ready
	@$(PY) scripts/bench.py $(if $(DATA),--data "$(DATA)") --report
	@$(PY) scripts/bench_eval.py --json reports/bench_eval.json

reports: $(VENV)/ready
	@$(PY) scripts/report.py $(if $(DATA),--data "$(DATA)")
	@$(PY) scripts/report_best.py $(if $(DATA),--data "$(DATA)")
	@$(PY) scripts/report_lab02.py $(if $(DATA),--data "$(DATA)")
	@$(PY) scripts/report_lab03.py
	@$(PY) scripts/published.py
	@$(PY) scripts/report_grader.py
	@$(PY) scripts/front_page.py

clean:
	rm -rf $(VENV) build runs *.egg-info .pytest_cache .ruff_cache .mypy_cache
