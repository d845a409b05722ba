# Wugan: the two commands that matter are `make run` and `make test`; while you work, `make test-fast`.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUN_OPTIONS := $(if $(ONCE),--once) $(if $(PACK),--pack $(PACK)) $(if $(PEOPLE),--people $(PEOPLE)) \
               $(if $(SEED),--seed $(SEED)) $(if $(REPORT),--report $(REPORT)) \
               $(if $(CARRIER),--carrier $(CARRIER))

.PHONY: help
help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/installed: requirements-dev.txt
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
	  "make install needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv); another one: make install PYTHON=python3.12" \
	  "需要 Python 3.11 或更高版本及 venv，可用 PYTHON= 另行指定。"; exit 1; }
	$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt || { echo \
	  "make install: the locked packages could not be installed: see pip's own words above (is its index reached?), then run it again; make clean-install begins anew." \
	  "依赖包未能安装：请看上面 pip 的提示（能否访问软件源？），处理后重试。"; exit 1; }
	@touch $@

.PHONY: install
install: .venv/installed  ## make .venv and install the locked requirements

.PHONY: run
run: install  ## bring up the sandbox and let a year pass in an invented town (ONCE= PACK= PEOPLE= SEED= REPORT= CARRIER=)
	$(if $(ONCE),,@$(BIN)/python -m infra.console --go-on)
	$(BIN)/python -m sandbox run $(RUN_OPTIONS)

.PHONY: console
console: install  ## check, test and build the screens in console/; Node comes with the locked packages
	$(BIN)/python -m infra.console

.PHONY: browser
browser: console  ## the screens in a real browser (Debian's chromium) against the running sandbox; docs/images
	$(BIN)/pytest tests/browser

.PHONY: test
test: check unit  ## format, types and every test but those of the screens

.PHONY: check
check: install  ## format, lint, types, import order, YAML, state machines
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/yamllint --strict .

.PHONY: unit
unit: install  ## tests with branch coverage
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-branch --cov-report=
	$(BIN)/coverage report --include='chalicelib/engine/*,chalicelib/sources/*' --fail-under=100
	$(BIN)/coverage report --fail-under=90

.PHONY: test-fast
test-fast: install  ## engine, sources and one way through, in under a minute, while you work; then make test
	@$(MAKE) --no-print-directory -j 2 fast-sources fast-engine

.PHONY: fast-sources
fast-sources:
	$(BIN)/pytest -m "not slow" tests/sources chalicelib/sources

.PHONY: fast-engine
fast-engine:
	$(BIN)/pytest -m "not slow" tests/engine chalicelib/engine \
	  tests/workflow/test_certification.py::test_the_whole_way_to_suspension_and_back_with_arrears

.PHONY: fuzz
fuzz: install  ## read 5,000 damaged files, each in a process of its own (FILES= SEED=)
	$(BIN)/python -m tests.fuzz --files $(or $(FILES),5000) --seed $(or $(SEED),1)

build/fuzz/installed: requirements-fuzz.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --only-binary :all: --require-hashes \
	  --target build/fuzz/packages -r $< || { echo \
	  "make fuzz-guided: there is no wheel of atheris for this machine: it needs Linux on x86-64 and CPython 3.11 to 3.13; make fuzz needs neither." \
	  "本机没有可用的 atheris 安装包：需要 x86-64 的 Linux 和 CPython 3.11 至 3.13；make fuzz 不受此限。"; exit 1; }
	@touch $@

.PHONY: fuzz-guided
fuzz-guided: install build/fuzz/installed  ## atheris looks for inputs that break what is promised of readers; goes on where it was (MINUTES= TARGET=)
	PYTHONPATH=build/fuzz/packages nice $(BIN)/python -m tests.fuzz.guided --minutes $(or $(MINUTES),15) \
	  $(if $(TARGET),--target $(TARGET))

.PHONY: mutants
mutants: install  ## how many small faults in the rule book the tests notice; docs/mutation.md (MUTANTS= SEED=)
	$(BIN)/python -m tests.mutants --mutants $(or $(MUTANTS),300) --seed $(or $(SEED),1)

.PHONY: breaks
breaks: install  ## every single value of every pack broken: a scenario must notice; docs/mutation.md (PACK=)
	$(BIN)/python -m tests.mutants.declared $(if $(PACK),--pack $(PACK))

.PHONY: nets
nets: install  ## bugs put into a copy of the project, each of which a named test must notice; docs/promises.md (BUG=)
	$(BIN)/python -m tests.nets $(BUG)

.PHONY: api-cases
api-cases: install  ## ten thousand calls drawn out of docs/openapi.json, by everybody (NIGHT=1: a hundred thousand)
	API_CALLS=$(if $(NIGHT),100000,10000) $(BIN)/pytest -n 2 --dist worksteal tests/api/test_drawn_calls.py

.PHONY: canaries
canaries: install  ## a thousand people to whom all happens: whatever is captured meanwhile names none of them
	CANARIES=1000 $(BIN)/pytest -n 0 tests/workflow/test_nobody_named.py

.PHONY: faults
faults: install  ## 10,000 faults in calls to AWS over 500 seeds: nobody is harmed, nothing lost; docs/promises.md (NIGHT=1 SEED=; TOWN=200: a town's year)
	$(BIN)/python -m $(if $(TOWN),tests.faults.town --people $(TOWN) $(if $(SEED),--seed $(SEED)),tests.faults $(if $(SEED),--seed $(SEED) --trace,$(if $(NIGHT),--faults 250000 --seeds 10000,--faults 10000 --seeds 500)))

.PHONY: sweep
sweep: install  ## two deaths in a row at every pair of calls: undoing a death, recovering money; docs/promises.md
	SWEEP=night $(BIN)/pytest -n 2 --dist worksteal tests/workflow/test_crash_points_of_reversals.py \
	  tests/workflow/test_crash_points_of_recoveries.py tests/workflow/test_crash_points_of_decisions.py

.PHONY: years
years: install  ## 20 villages over 36 months of late and corrected files, offline visits, outages; docs/promises.md (VILLAGES= MONTHS= SEED=)
	$(BIN)/python -m tests.years --villages $(or $(VILLAGES),20) --months $(or $(MONTHS),36) --seed $(or $(SEED),1)

.PHONY: properties
properties: install  ## what must hold whatever the evidence, tried fifty thousand times each
	HYPOTHESIS_EXAMPLES=50000 $(BIN)/pytest -n 2 --dist load tests/engine/test_decide_properties.py

.PHONY: bench
bench: install  ## speed and memory against peers, one table; docs/benchmarks.md (FULL=1: the whole city's year)
	$(BIN)/python -m bench $(if $(FULL),full)

.PHONY: city
city: install  ## a city of 1.36 million over AWS in memory: calls, units, budgets; fails where one is missed (PEOPLE= TOWN=)
	$(BIN)/python -m bench.city $(or $(PEOPLE),1000) $(or $(TOWN),200)

.PHONY: levers
levers: install  ## what each lever for fewer messages, visits and suspensions gives alone; decision 0013 (PEOPLE= SEED=)
	$(BIN)/python -m bench.levers --people $(or $(PEOPLE),2000) --seed $(or $(SEED),1)

.PHONY: package
package: install  ## the deployment package and its template, in build/package
	$(BIN)/python -m infra.package

build/security/installed: requirements-security.txt
	$(PYTHON) -m venv build/security/venv
	build/security/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: security
security: install build/security/installed  ## checkov, bandit, pip-audit; each finding left has a reason (STRICT=1: known weaknesses must be looked up)
	$(BIN)/python -m infra.security $(if $(STRICT),--strict)

.PHONY: sheets
sheets: install  ## one page per benefit and per feed in docs/sheets; docs/openapi.json
	$(BIN)/python -m admin pages write

.PHONY: format
format: install  ## put the code into its one form
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

.PHONY: lock
lock: install  ## lock requirements*.in anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	for part in requirements requirements-dev requirements-security requirements-fuzz; do \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	    --no-strip-extras --custom-compile-command "make lock" $$part.in -o $$part.txt; done

.PHONY: clean-install
clean-install:  ## make .venv anew
	rm -rf .venv
	$(MAKE) install

.PHONY: clean
clean:  ## remove what was built, but not .venv
	rm -rf build .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
