# SPDX-License-Identifier: GPL-2.0
#
# Thin: every target is one script or one folder's own Makefile.

RELEASE ?= $(shell cat tests/vm/kernels/default)
PREFIX ?= /usr/local
DESTDIR ?=
export RELEASE PREFIX DESTDIR

all: module cli ## build the module for RELEASE, and the command

demo: ## see three real fixes built, and go in and out of a stock kernel under load
	@demo/run

test: ## unit tests, tests of the command, cases in guests
	@scripts/test

unit: ## the decision core's tests, in user space (seconds)
	@$(MAKE) -s -C tests/unit run

sim: ## the simulator: build/sim/switchyard-sim, and its own tests (minutes)
	@$(MAKE) -s -C sim own

litmus: ## every litmus test under every model, exhaustively (some minutes)
	@$(MAKE) -s -C sim litmus

litmus-large: ## a world of three threads, exhaustively (half an hour on two processors, up to 16 GiB)
	@$(MAKE) -s -C sim large

mutants: ## faults on purpose, and who catches them (MUTANTS=N: so many mechanical)
	@$(MAKE) -s -C sim mutants
	@sim/mechanical

coverage: ## lines and branches of the core that tests execute, by gcov
	@tests/unit/coverage

litmus-vm: module cli ## the same tests on a stock kernel (TESTS="..." MODELS="..." SECONDS=5 LITMUS_VM="OPTION...")
	@litmus/vm/run --kernel $(RELEASE) --tests "$(TESTS)" \
		--models "$(MODELS)" --seconds $(or $(SECONDS),5) $(LITMUS_VM)

models-table: ## the table of models, derived from the litmus tests
	@$(MAKE) -s -C sim table

cli-test: ## the command's tests, on this machine (seconds)
	@$(MAKE) -s -C tests/cli run

builder-test: ## the builder's tests, on this machine (seconds)
	@tests/builder/run

install-test: ## install, uninstall and DKMS, in a folder of their own
	@tests/install/run

fuzz: ## libFuzzer over the builder's parsers (FUZZ_SECONDS=60 each)
	@builder/test/fuzz

bench: ## measure against upstream livepatch, print a table, draw (BENCH=--quick)
	@bench/run $(BENCH)

bench-build: ## measure the builder: warm builds, first use, disk (CORPUS=DIR)
	@bench/build $(BENCH)

vm: module cli guest-programs ## the cases in guests (CASES="pair cost": these)
	@tests/vm/run --kernel $(RELEASE) $(CASES)

soak: module cli guest-programs ## random transitions and faults (SOAK_MINUTES=30 SEED=)
	@tests/vm/soak

module: ## the module, patches and test modules: build/RELEASE/
	@scripts/build-module $(RELEASE)

cli: ## the command: build/cli/switchyard
	@$(MAKE) -s -C cli all

builder: ## what builds patches: build/builder/switchyard-build
	@$(MAKE) -s -C builder all

corpus: module cli guest-programs ## build real fixes, load a sample (CORPUS=DIR, FIXES=20, LOADS=20)
	@KEEP=$(or $(KEEP),build/corpus) tests/builder/corpus $(FIXES)
	@tests/vm/corpus $(or $(KEEP),build/corpus) $(or $(LOADS),20)

guest-programs: module ## the programs that run in guests: build/guest/bin/
	@$(MAKE) -s -C tests/guest
	@litmus/vm/case $(RELEASE)

model: ## the models of what runs at once, checked by spin (minutes)
	@model/run

style: ## clang-format, checkpatch, sparse, shellcheck and the house rules
	@scripts/style

install: cli builder ## the command, its pages, the builder, the module by DKMS (DESTDIR, PREFIX)
	@scripts/install install

uninstall: ## removes what install put in place
	@scripts/install uninstall

dkms-add: ## build and install the module for the running kernel by DKMS
	@scripts/install dkms-add

dkms-remove: ## take it out of DKMS again
	@scripts/install dkms-remove

purge: ## list the kernel cache and free it (asks; YES=1 does not)
	@scripts/kernel-cache purge

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

.PHONY: all demo test unit sim litmus litmus-large litmus-vm mutants coverage models-table cli-test install-test \
	bench bench-build fuzz vm soak module cli builder corpus guest-programs builder-test model style install \
	uninstall dkms-add dkms-remove purge clean help
