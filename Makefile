# pniscope: the front door. `make help` lists the targets; docs/ explains what they build.
#
# One static archive per folder of lib/, in include order: a folder may use only what stands to its
# left, and a unit test links only its own folder and those, so a wrong-way call does not link.

FOLDERS := base conf proto state classify measure detect snap path inspect store audit ui
VERSION := $(shell cat VERSION 2>/dev/null || echo 0.0.0)

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
CC      ?= gcc
CLANG   ?= clang

# outside libraries, each used by one folder only (scripts/check-includes.sh holds the table)
pkgs_conf    := libconfig
pkgs_path    := libdpdk libpcap zlib
pkgs_inspect := libcrypto
pkgs_store   := hiredis jansson
pkgs_ui      := jansson libmicrohttpd

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
        -Wwrite-strings -Wundef -Wvla -Wimplicit-fallthrough
ifneq ($(filter x86_64 amd64,$(shell uname -m)),)
# named last too: DPDK's own flags say corei7, the same instructions scheduled for a core of 2008
ARCH := -march=x86-64-v2 -mtune=generic
endif
OPT := -O2
ifdef SANITIZE
OPT := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS += -fsanitize=address,undefined
endif
ifdef FUZZER
OPT += -fsanitize=fuzzer-no-link
endif
ifdef COVERAGE
OPT := -O0 --coverage
LDFLAGS += --coverage
endif
CPPFLAGS += -Ilib -D_GNU_SOURCE -DPNISCOPE_VERSION='"$(VERSION)"'
CFLAGS   += -std=gnu17 -g $(OPT) $(ARCH) $(WARN) $(WERROR)
LDFLAGS  += -Wl,--as-needed -pthread
# one short line per step; V=1 shows the commands
Q := $(if $(V),,@)
say = @printf '  %-5s %s\n' $(1) $@

# resolved when a rule runs, so that a machine without pkg-config can still run `make setup`
pkg_cflags = $(if $(1),$(shell pkg-config --cflags $(1)))
pkg_libs   = $(if $(1),$(shell pkg-config --libs $(1)))

# $(call upto,folder): the folder and all to its left, in link order (right to left)
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
take    = $(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call take,$(1),$(wordlist 2,$(words $(2)),$(2))))
upto    = $(strip $(call reverse,$(call take,$(1),$(FOLDERS))))
arch_of = $(foreach f,$(1),$(BUILD)/lib/$(f).a)
libs_of = $(call pkg_libs,$(foreach f,$(1),$(pkgs_$(f))))

PROGRAMS := $(BUILD)/pniscope-probe $(BUILD)/pniscope-control $(BUILD)/pniscope $(BUILD)/pniscope-docs
# app/daemon is what both daemons owe their surroundings
src_pniscope-probe   := $(wildcard app/probe/*.c app/daemon/*.c)
src_pniscope-control := $(wildcard app/control/*.c app/daemon/*.c)
src_pniscope         := $(wildcard app/cli/*.c)
src_pniscope-docs    := $(wildcard app/docs/*.c)
src_pniscope-bench   := $(wildcard tests/bench/*.c)
ALL_ARCHIVES := $(call arch_of,$(FOLDERS))
UNIT  := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/*_test.c))
FUZZ  := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
HELPERS := $(patsubst tests/functional/%.c,$(BUILD)/functional/%,$(wildcard tests/functional/*.c))

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: $(PROGRAMS) ## release build in build/

# ---- objects, archives, programs -------------------------------------------------------------

folder_of = $(word 2,$(subst /, ,$(1)))
$(BUILD)/obj/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(call pkg_cflags,$(pkgs_$(call folder_of,$<))) $(ARCH) -MMD -MP -c $< -o $@

$(BUILD)/obj/lib/conf/special.o: data/special-registries.txt

$(BUILD)/obj/app/%.o: app/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) -Iapp $(CFLAGS) -MMD -MP -c $< -o $@

# tests and benches may look into any library that their subject uses
$(BUILD)/obj/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(call pkg_cflags,$(sort $(foreach f,$(FOLDERS),$(pkgs_$(f))))) $(ARCH) -MMD -MP -c $< -o $@

define archive_rule
$(BUILD)/lib/$(1).a: $(patsubst lib/%.c,$(BUILD)/obj/lib/%.o,$(wildcard lib/$(1)/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call archive_rule,$(f))))

define program_rule
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/obj/%.o,$(src_$(1))) $(call arch_of,$(call reverse,$(FOLDERS)))
	$$(call say,LINK)
	$(Q)$(CC) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDFLAGS) $$(call libs_of,$(FOLDERS)) \
	  $$(call pkg_libs,libsystemd) -lm
endef
$(foreach p,$(notdir $(PROGRAMS)) pniscope-bench,$(eval $(call program_rule,$(p))))

define unit_rule
$(BUILD)/unit/$(1)/%: $(BUILD)/obj/tests/unit/$(1)/%.o $(call arch_of,$(call upto,$(1)))
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$(Q)$(CC) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDFLAGS) $$(call libs_of,$(call upto,$(1))) \
	  $$(call pkg_libs,cmocka) -lm
endef
$(foreach f,$(FOLDERS),$(eval $(call unit_rule,$(f))))

# small programs that functional tests use as traffic sources and checkers
$(BUILD)/functional/%: $(BUILD)/obj/tests/functional/%.o $(call arch_of,$(call reverse,$(FOLDERS)))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(call libs_of,$(FOLDERS)) -lm

# each fuzz target once with a main that replays its corpus, once with libFuzzer
$(BUILD)/fuzz/%_replay: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(BUILD)/obj/tests/fuzz/replay_main.o $(call arch_of,$(call reverse,$(FOLDERS)))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(call libs_of,$(FOLDERS)) -lm

$(BUILD)/fuzz/%_fuzz: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(call arch_of,$(call reverse,$(FOLDERS)))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(call libs_of,$(FOLDERS)) -lm

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# ---- what people call ------------------------------------------------------------------------

.PHONY: help setup debug install test unit demo bench lint \
        format scan coverage fuzz docs image clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

setup: ## install what the project needs from Debian's packages; nothing when all is there
	@scripts/setup.sh

debug: ## build with ASan and UBSan in build-debug/
	@$(MAKE) --no-print-directory BUILD=build-debug SANITIZE=1 all

install: all ## install with systemd units and man pages (DESTDIR=, PREFIX=)
	@BUILD=$(BUILD) DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) scripts/install.sh

test: setup ## on a fresh machine: set up, build, run every test (what CI runs)
	@$(MAKE) --no-print-directory -j2 tests WERROR=-Werror
	@$(MAKE) --no-print-directory -j2 BUILD=build-debug SANITIZE=1 debug-tests
	@scripts/run-tests.sh

unit: $(UNIT) ## unit tests alone, release build
	@scripts/run-tests.sh --unit-only $(BUILD)

.PHONY: tests helpers debug-tests
tests: helpers $(UNIT)
	@:
helpers: all $(HELPERS)
	@:
debug-tests: all $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/*_test.c)) $(foreach f,$(FUZZ),$(BUILD)/fuzz/$(f)_replay)
	@:

demo: setup ## set up, build, run the bundled interconnect with real processes, clean up
	@$(MAKE) --no-print-directory -j2 helpers
	@scripts/demo.sh

bench: all $(BUILD)/pniscope-bench ## throughput and cost tables, build/bench.json
	@scripts/bench.sh $(BUILD)

lint: setup ## formatting, include rules, warnings as errors, scripts, generated documents
	@$(MAKE) --no-print-directory -j2 tests WERROR=-Werror
	@scripts/lint.sh $(BUILD)

format: ## clang-format over all sources
	@git ls-files '*.c' '*.h' | xargs clang-format -i

scan: ## static analysers: clang-tidy and cppcheck
	@scripts/scan.sh

coverage: setup ## line coverage of the unit tests, build-coverage/coverage.txt
	@$(MAKE) --no-print-directory -j2 BUILD=build-coverage COVERAGE=1 all \
	  $(patsubst tests/unit/%.c,build-coverage/unit/%,$(wildcard tests/unit/*/*_test.c))
	@scripts/coverage.sh build-coverage

fuzz: setup ## libFuzzer over every target, SECONDS=60 each
	@$(MAKE) --no-print-directory -j2 BUILD=build-fuzz CC=$(CLANG) SANITIZE=1 FUZZER=1 \
	  $(foreach f,$(FUZZ),build-fuzz/fuzz/$(f)_fuzz)
	@scripts/fuzz.sh $(SECONDS) $(FUZZ)

docs: $(BUILD)/pniscope-docs ## write docs/configuration.md, docs/redis.md … from the tables in the code
	@scripts/docs.sh $(BUILD)

image: ## container image
	@echo "image: comes with the packages, in a later release"

clean: ## remove all build folders
	rm -rf build build-debug build-coverage build-fuzz
