# Everything is done by start.py, so that the same commands exist where there is no make.
# Arguments: make demo ARGS="--exit --json"
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: setup demo test lint bench serve torture help

setup demo test lint bench serve torture help:
	@$(PYTHON) start.py $@ $(ARGS)
