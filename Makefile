# SPDX-License-Identifier: MIT
# Short names for what CMake's presets and scripts/ do; everything works without make as well.
.DEFAULT_GOAL := all

PREFIX ?= /usr/local
PRESET ?= release

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: all build
all: ## build the release: build/release/ppo and the libraries
	@scripts/build --product release
build: all

.PHONY: setup dev
setup: ## install what the command needs, on Debian and Ubuntu; A=--all for the rest
	@scripts/setup $(A)
dev: ## build with asserts, for debugging: build/dev
	@scripts/build dev

.PHONY: test check
test: ## build and run the quick tests; T=gae for those whose name matches, PRESET=asan for another build
	@scripts/test $(PRESET) $(if $(T),-R '$(T)',-L quick)
check: ## all that CI does
	@bash .ci/run

.PHONY: asan tsan coverage fuzz
asan: ## quick tests under AddressSanitizer and UndefinedBehaviorSanitizer; T=...
	@scripts/test asan $(if $(T),-R '$(T)',-L quick)
tsan: ## quick tests under ThreadSanitizer; T=...
	@scripts/test tsan $(if $(T),-R '$(T)',-L quick)
coverage: ## which lines the quick tests execute
	@scripts/coverage
fuzz: ## each fuzzer for a minute; FUZZ_SECONDS=600 for longer
	@scripts/fuzz $(FUZZ_SECONDS)

.PHONY: layers lint fmt fmt-check
layers: all ## which folder may include and call which; no circles between files
	@scripts/layers
lint: ## clang-tidy and cppcheck, kept at zero
	@scripts/lint
fmt: ## format the sources
	@scripts/fmt
fmt-check: ## are they formatted
	@scripts/fmt --check

.PHONY: bench golden docs
bench: all ## measure this machine; B=cartpole for one of the benchmarks
	@scripts/bench $(B)
golden: all ## make the golden files of the tests anew and show what changed
	@scripts/golden
docs: all ## write the option reference, docs/options.md, from the program itself
	@scripts/docs

.PHONY: install uninstall clean
install: all ## install into PREFIX (/usr/local), below DESTDIR if set
	@cmake --install build/release --prefix '$(PREFIX)'
	@[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig
uninstall: ## remove what the last `make install` installed
	@scripts/uninstall build/release/install_manifest.txt
clean: ## remove build/
	rm -rf build
