# `make demo` and `make test` do all the set-up; everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test test-tutorial test-plain test-slow lint figures size clean

help:
	@echo "make demo        install, train on the bundled sample, ask it questions"
	@echo "make test        run the tests (again with the compiler off: make test-plain)"
	@echo "make test-tutorial  run the tutorial's commands, as they are written"
	@echo "make test-slow   run the slow ones, and search widely for cases that fail"
	@echo "make lint        check style"
	@echo "make figures     run the tutorial's commands again, and draw its figures"
	@echo "make size        lines per file"
	@echo "make clean       remove what was built"

$(BIN)/embedkit: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(BIN)/embedkit
	@mkdir -p demo
	$(BIN)/embedkit train svd data/sample.txt -o demo/sample.safetensors
	$(BIN)/embedkit similar demo/sample.safetensors paris -k 5
	$(BIN)/embedkit analogy demo/sample.safetensors france paris japan -k 3
	$(BIN)/embedkit train skipgram data/sample.txt -o demo/skipgram.safetensors --epochs 20 --sample 1e-3
	$(BIN)/embedkit similar demo/skipgram.safetensors film -k 5
	$(BIN)/embedkit train lstm data/sample.txt -o demo/lm.safetensors --epochs 2 --batch-size 10
	$(BIN)/embedkit generate demo/lm.safetensors --prompt 'the king' --lines 3
	$(BIN)/embedkit evaluate demo/sample.safetensors demo/skipgram.safetensors --pairs data/sample-pairs.tsv --questions data/sample-questions.txt

# A process per core, a file of tests to each, as most files share kernels that one process compiles.
SPREAD := -n auto --dist loadfile

test: $(BIN)/embedkit
	$(BIN)/python -m pytest $(SPREAD)

test-tutorial: $(BIN)/embedkit
	$(BIN)/python -m pytest -m tutorial -n auto

# Without the compiler: the folders whose code has kernels, or calls them.
test-plain: $(BIN)/embedkit
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest $(SPREAD) tests/count tests/lm tests/matrix tests/neural tests/runtime tests/text tests/training tests/vectors

test-slow: $(BIN)/embedkit
	$(BIN)/python -m pytest -m 'slow or hypothesis' --hypothesis-profile=wide

lint: $(BIN)/embedkit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

figures: $(BIN)/embedkit
	$(BIN)/python docs/tutorial/refresh.py

size:
	@git ls-files 'embedkit/*.py' | xargs wc -l | sort -n

clean:
	rm -rf .venv build dist demo *.egg-info .pytest_cache .ruff_cache
	find embedkit tests benchmarks data -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
