# The words people type; `make` lists them. Whatever is longer than a few lines lives in tools/ and tests/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Where rustup puts Cargo, for shells that do not know yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
export CARGO_TARGET_DIR := $(CURDIR)/target
export CARGO_TERM_COLOR ?= auto
export SENDSAFELY_EMULATOR := $(CURDIR)/target/release/sendsafely-emulator
export PYTHONDONTWRITEBYTECODE := 1

RELEASE := target/release
EXAMPLES := target/examples/c
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

CC ?= cc
CFLAGS ?= -O2
STRICT := -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=

# Each suite is a word test-<suite>, which leaves JUnit files in target/junit/<suite>/; tools/suites.py adds them up.
# A hung call cannot be interrupted from inside Python, so the bound, in seconds, is outside.
PYTEST = timeout --kill-after=5 $(or $(TIMEOUT),600) tools/python -m pytest --junitxml=target/junit/$(@:test-%=%)/pytest.xml
# The longest come first, since two run at a time.
SUITES := rust check python csharp sanitize interop emulator examples c openpgp

.PHONY: help deps build header examples wheel docs-python demo test $(SUITES:%=test-%) test-sync test-offsets test-soak test-outage test-hostile test-storm test-storm-threads test-torture test-kill fuzz stress check bench bench-quick bench-report bench-large bench-against bench-kernel install clean

help: ## lists these words
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## checks the tools, and installs what is missing where it may
	@tools/deps

build: library ## the release library and the emulator, in target/release
	tools/cargo_release build --package sendsafely-emulator

.PHONY: library
library:
	tools/cargo_release rustc --package sendsafely --lib --crate-type cdylib # Cargo does no LTO with several types
	@cmp -s $(RELEASE)/libsendsafely.so $(RELEASE)/libsendsafely.so.0 || ln -sf libsendsafely.so $(RELEASE)/libsendsafely.so.0

header: ## makes include/sendsafely.h, the golden lists in tests/abi and the tables of the wrappers anew
	SENDSAFELY_BLESS=1 cargo test --locked -p sendsafely --test header
	SENDSAFELY_BLESS=1 cargo test --locked -p sendsafely --test abi
	tools/python tools/python_table.py bindings/python/src/libsendsafely
	tools/python tools/csharp_table.py bindings/csharp/src

examples: $(EXAMPLES)/send $(EXAMPLES)/receive $(EXAMPLES)/sync ## target/examples/c/send, receive and sync

$(EXAMPLES)/%: examples/c/%.c examples/c/console.h include/sendsafely.h | build
	@mkdir -p $(@D)
	@cmp -s $(RELEASE)/libsendsafely.so $(@D)/libsendsafely.so.0 || ln -sf ../../release/libsendsafely.so $(@D)/libsendsafely.so.0
	$(CC) $(STRICT) $(CFLAGS) -Iinclude $< -o $@.$$$$ -L$(@D) -l:libsendsafely.so.0 -Wl,-rpath,'$$ORIGIN' && mv $@.$$$$ $@

wheel: build ## the Python wheel for this platform, and its source distribution, in target/wheels
	@tools/wheel

docs-python: build ## documentation of the Python wrapper, in target/docs/python
	@tools/python -m sphinx --quiet --fail-on-warning --keep-going bindings/python/docs target/docs/python

demo: deps examples ## sends real files through the C library to a local server and back
	@tools/demo

test: deps ## every suite, two at a time, with a summary and the longest tests
	@SHORT=yes tools/suites.py $(SUITES)

test-check: TIMEOUT = 1800
test-check: ## formatting, lints, documentation
	@$(PYTEST) -o faulthandler_timeout=0 tests/check

test-rust: build ## the tests of the library and of its cipher: units, header, ABI, flows, faults
	@tools/cargo_test.py rust sendsafely sendsafely-cfb

test-emulator: ## the emulator's tests
	@tools/cargo_test.py emulator sendsafely-emulator

test-c: build ## C programs: strict compilation, every misuse, every wrong order
	@$(PYTEST) tests/c

test-sanitize: TIMEOUT = 1800
test-sanitize: build ## the C programs under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind
	@$(PYTEST) -o faulthandler_timeout=900 --build asan tests/c/test_programs.py
	@$(PYTEST:pytest.xml=valgrind.xml) --build valgrind tests/c/test_programs.py

test-interop: examples ## packages exchanged with the official Python and Node clients
	@tests/interop/run

test-openpgp: build ## OpenPGP of GnuPG, RNP, Sequoia, openpgp.js, BouncyCastle and PGPy, both ways; `make test` runs a short form
	@tests/openpgp/run $(if $(SHORT),--short)

test-examples: examples ## the examples as a user runs them
	@$(PYTEST) tests/examples

test-python: build ## the Python wheel under every CPython there is, its types and its documentation
	@bindings/python/tests/run

test-csharp: examples ## the C# wrapper on mono and CoreCLR 8 against the emulator
	@$(PYTEST) tests/parity bindings/csharp/tests

test-sync: build ## trees kept equal: random histories against a model, kills, many files; SYNC_SEED, SYNC_HISTORIES, SYNC_KILLS
	@SYNC_HISTORIES=$${SYNC_HISTORIES:-10000} SYNC_KILLS=$${SYNC_KILLS:-200} \
	SYNC_FILES=$${SYNC_FILES:-10000} SYNC_MANY=$${SYNC_MANY:-100000} \
	  tools/cargo_release test -p sendsafely --test sync -- --nocapture

test-offsets: build ## an exchange cut, silent and flipped at every byte; OFFSETS_STEP, OFFSETS_SEED, OFFSETS_CASE
	@OFFSETS_STEP=$${OFFSETS_STEP:-1} tools/cargo_release test -p sendsafely --test offsets -- --nocapture

test-soak: build ## eight threads while each tenth request fails, for SOAK seconds; SOAK_SEED
	@SOAK=$${SOAK:-1800} tools/cargo_release test -p sendsafely --test soak -- --nocapture

test-storm: TIMEOUT = 7200
test-storm: build ## random C calls from several threads under AddressSanitizer: STORM_CALLS, STORM_SEED
	@STORM_SEED=$${STORM_SEED:-$$(date +%s)} STORM_CALLS=$${STORM_CALLS:-10000000} PROGRAM_TIMEOUT=7000 \
	  $(PYTEST) -s -o faulthandler_timeout=0 --build asan tests/c/test_programs.py -k storm

test-storm-threads: TIMEOUT = 7200
test-storm-threads: build ## the same under ThreadSanitizer, which needs rustup's component rust-src: STORM_CALLS, STORM_SEED
	@STORM_SEED=$${STORM_SEED:-$$(date +%s)} STORM_CALLS=$${STORM_CALLS:-1000000} PROGRAM_TIMEOUT=7000 \
	  $(PYTEST) -s -o faulthandler_timeout=0 --build tsan tests/c/test_programs.py -k storm

test-torture: TIMEOUT = 7200
test-torture: build ## every call of the system in a small transfer fails in turn: TORTURE_STEP, TORTURE_ONLY, TORTURE_CASE
	@TORTURE_STEP=$${TORTURE_STEP:-1} PROGRAM_TIMEOUT=7000 $(PYTEST) -s -o faulthandler_timeout=0 tests/c/test_programs.py -k torture

test-outage: ## transfers with the default options while nobody can be reached for OUTAGE seconds
	@OUTAGE=$${OUTAGE:-60} cargo test --locked -p sendsafely --test faults transfers_go_on_soon -- --nocapture

test-hostile: build ## crafted OpenPGP messages and hostile names, with what each costs; `make test` runs a shorter form
	@HOSTILE_FULL=yes tools/cargo_release test -p sendsafely --test hostile_openpgp --test hostile_names -- --nocapture

test-kill: build ## uploads and downloads killed at random moments, KILLS times each; `make test` runs a shorter form
	@KILLS=$${KILLS:-500} tools/cargo_release test -p sendsafely --test kills -- --nocapture

fuzz: ## libFuzzer with AddressSanitizer for each reader of foreign bytes, FUZZ_SECONDS each; FUZZ_TARGET for one alone
	@[ -n '$(filter-out calls,$(FUZZ_TARGET))' ] || cargo build --release --locked --package sendsafely-emulator
	@tools/fuzz $(FUZZ_TARGET)

stress: build ## programs that upload at once, with lost responses and kills; SEED, ROUNDS, ROUND
	@SENDSAFELY_STRESS_SEED=$${SEED:-$$(date +%s)} SENDSAFELY_STRESS_ROUNDS=$${ROUNDS:-2000} SENDSAFELY_STRESS_ROUND=$$ROUND \
	  cargo test --locked -p sendsafely --test stress -- --nocapture

.PHONY: coverage sbom check-full check-reproducible

coverage: ## which lines of the core the Rust tests and the C programs run; fails below its goals
	@tools/cargo_release build --package sendsafely-emulator
	@tools/python tools/coverage.py

sbom: library ## which packages are in the library, as CycloneDX, in target/sbom
	@mkdir -p target/sbom
	@tools/python tools/sbom.py $(RELEASE)/libsendsafely.so target/sbom/libsendsafely.cdx.json

check-reproducible: ## builds the library twice, in different surroundings, and compares
	@tools/check_reproducible

check: test-check ## the same as test-check

check-full: ## make check with cargo deny, which is compiled from source, for minutes, and so no part of `make test`
	@CARGO_TARGET_DIR=target/tools/build nice cargo install --quiet --locked --root target/tools cargo-deny@0.20.2
	@$(MAKE) test-check

bench: deps examples wheel ## every claim about speed: sizes, files, lines, other clients, in 90 minutes; SECONDS, ONLY, RESUME=yes
	@benches/run.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only '$(ONLY)') $(if $(RESUME),--resume)

bench-quick: deps examples wheel ## the same with few cells, in less than three minutes
	@benches/run.py --quick $(if $(ONLY),--only '$(ONLY)')

bench-report: ## docs/performance.md and its plots, from what make bench measured; RESULTS=target/bench/quick.json
	@benches/report.py $(or $(RESULTS),target/bench/results.json)

bench-large: deps examples ## memory with files of 4 GiB each way, and of 100 GiB up; GIB
	@benches/run.py --large $(GIB)

bench-against: examples ## speed and memory beside another build: AGAINST=DIRECTORY, LINE="MBIT_PER_S ROUND_TRIP_MS"
	@benches/run.py --against '$(AGAINST)' $(if $(LINE),--line $(LINE))

bench-kernel: ## the kernels that encrypt and decrypt parts, beside rPGP
	@cargo bench --locked --config 'profile.bench.package.pgp.opt-level = 3' --package sendsafely-cfb

install: build ## header, libraries, pkg-config file; PREFIX, LIBDIR, DESTDIR
	tools/cargo_release rustc --package sendsafely --lib --crate-type staticlib
	@PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' DESTDIR='$(DESTDIR)' VERSION='$(VERSION)' tools/install

clean: ## removes target/
	rm -rf target
