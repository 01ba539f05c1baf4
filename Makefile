# The tasks are in tasks.py, which does the same where there is no make: python tasks.py run. Variables are its options:
#   make run DATA=sample    make lab3 VECTORS="a.bin b.txt"    make best SUBWORDS=1    make PYTHON=python3.12 run
#   make course OUT=../course    make scale DATA=wiki38.xz
PYTHON ?= python3
TASK   := $(PYTHON) tasks.py

.PHONY: run lab2 lab3 best scale test test-long check figures notebooks site course bench reports clean

run lab2 best scale bench reports:
	@$(TASK) $@ $(if $(DATA),--data "$(DATA)") $(if $(SUBWORDS),--subwords)

lab3:
	@$(TASK) $@ $(if $(VECTORS),--vectors $(VECTORS))

course:
	@$(TASK) $@ $(if $(OUT),--out "$(OUT)")

test test-long check figures notebooks site:
	@$(TASK) $@

clean:
	rm -rf .venv build runs *.egg-info .pytest_cache .ruff_cache .mypy_cache
