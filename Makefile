# multilevel-lab. Two commands are all a new machine needs:
#   make labs    installs what is missing, builds, leaves the finished labs in handouts/ and figures/
#   make test    builds and passes every test
# GNU make 4.3, POSIX sh.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

# One build for the program and its tests: release, because numerics without optimization are unusably slow, with
# testing enabled. The same flags everywhere: other flags would rebuild everything.
SWIFT ?= swift
# Vectors of four numbers in one instruction where this machine's processor has them: no bit changes (nothing is
# contracted), but the program then needs such a processor. `make VECTORS= ...` builds for all. The worker is for all.
VECTORS ?= $(if $(shell grep -sw avx2 /proc/cpuinfo),-Xswiftc -Xcc -Xswiftc -mavx2)
SWIFT_FLAGS := -c release -Xswiftc -enable-testing $(VECTORS)
MLM := .build/release/mlm
WORKER := .build-worker/mlm-worker

PREFIX ?= /usr/local
HANDOUTS := handouts
FIGURES := figures
LABS := $(wildcard labs/*/*.lab.md)
SETS := $(wildcard labs/sets/*.yml)

.PHONY: help
help:
	@printf '%s\n' \
	  'make deps        find and install missing system packages (Debian)' \
	  'make build       the program and its tests: $(MLM)' \
	  'make labs        build the labs: handouts/index.html, figures/ (installs what is missing)' \
	  'make labs-check  build the labs afresh and compare with what is there, byte by byte' \
	  'make sample      take over the sample sheet that the README prints from the problem bank' \
	  'make test        build, then run every test' \
	  'make worker      the worker of studies as one static file: $(WORKER)' \
	  'make test-cluster' \
	  '                 studies on a Slurm cluster of two nodes that is begun on this machine (installs Slurm)' \
	  'make check       lint (swift-format), import rules, tests' \
	  'make bench       times beside R, where R is installed' \
	  'make install     the program and its completions under PREFIX=$(PREFIX)' \
	  'make clean       remove everything that was built'

.PHONY: deps
deps:
	@Scripts/install-dependencies.sh

.PHONY: build
build: deps
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests

# `build` always runs; a program it left alone keeps its time and rebuilds no lab.
$(MLM): build
	@:

# A stamp stands for all of one lab's handouts and figures and lists them; one whose files are not all there is made
# again. What the lab read (its text, data, problem files) is in
# the .d file that the program writes beside it, so a touched source rebuilds only the labs that read it.
STAMPS := $(LABS:labs/%.lab.md=$(HANDOUTS)/.made/%.stamp)
LAB_FLAGS := --audience both --lang both --to both
$(foreach stamp,$(wildcard $(STAMPS)),\
  $(if $(filter-out $(wildcard $(shell cat $(stamp))),$(shell cat $(stamp))),$(eval $(stamp): missing-files)))

.PHONY: missing-files
missing-files:

# Problem sets for the sample students. Their key is public: courses take one of their own.
SET_STAMPS := $(SETS:labs/sets/%.yml=$(HANDOUTS)/.made/sets/%.stamp)
SET_FLAGS := --roster labs/sets/sample-roster.csv --course-key-file labs/sets/sample-course.key --lang both \
  --to markdown --to html

$(HANDOUTS)/.made/sets/%.stamp: labs/sets/%.yml labs/sets/sample-roster.csv labs/sets/sample-course.key \
  $(wildcard labs/problems/*.problem.md) $(MLM)
	@mkdir -p $(@D) && rm -rf $(HANDOUTS)/sets/$*
	$(MLM) problems build $< $(SET_FLAGS) --out $(HANDOUTS)/sets/$*
	@touch $@

# How a class that exists only on paper answered a set, for the README.
ITEMS := $(FIGURES)/foundations-items.en.svg
$(ITEMS): Scripts/sample-class.sh $(HANDOUTS)/.made/sets/foundations.stamp
	Scripts/sample-class.sh $(MLM) labs/sets/foundations.yml $(FIGURES)
	@touch $@

.PHONY: labs
labs: $(HANDOUTS)/index.html $(FIGURES)/gallery.html $(SET_STAMPS) $(ITEMS)
	@echo 'Open $(HANDOUTS)/index.html; every kind of figure is in $(FIGURES)/gallery.html; problem sets are in $(HANDOUTS)/sets'

$(FIGURES)/gallery.html: Scripts/gallery.sh $(MLM)
	@mkdir -p $(FIGURES)
	Scripts/gallery.sh $(MLM) $(FIGURES)
	@touch $@

$(HANDOUTS)/index.html: $(STAMPS) $(SET_STAMPS)
	$(MLM) lab index $(LABS) $(SETS:%=--set %) --out $(HANDOUTS) $(LAB_FLAGS)
	@touch $@

$(HANDOUTS)/.made/%.stamp: labs/%.lab.md $(MLM)
	@mkdir -p $(@D)
	$(MLM) lab build $< --out $(HANDOUTS) --figures $(FIGURES) $(LAB_FLAGS) --depfile $(@:.stamp=.d) \
	  --outputs $@.new
	@sed '1s|^[^:]*:|$@:|' $(@:.stamp=.d) >$@.d && mv $@.d $(@:.stamp=.d)
	@mv $@.new $@

-include $(wildcard $(STAMPS:.stamp=.d))

# The sample that the README prints and leads to; `make sample` takes over what the bank now makes.
SAMPLE := $(HANDOUTS)/sets/foundations/students/20250001
.PHONY: sample
sample: $(HANDOUTS)/.made/sets/foundations.stamp
	rm -rf labs/sets/sample && mkdir labs/sets/sample
	cp $(SAMPLE)/* labs/sets/sample && rm labs/sets/sample/*.html
	Scripts/readme-sample.sh labs/sets/sample/sheet.en.md README.md

.PHONY: labs-check
labs-check: labs
	@again=$$(mktemp -d) && trap 'rm -rf "$$again"' EXIT && \
	for lab in $(LABS); do \
	  $(MLM) lab build $$lab --out "$$again"/handouts --figures "$$again"/figures $(LAB_FLAGS) || exit 1; \
	done && \
	for set in $(SETS); do \
	  $(MLM) problems build $$set $(SET_FLAGS) --out "$$again"/handouts/sets/$$(basename $$set .yml) || exit 1; \
	done && \
	$(MLM) lab index $(LABS) $(SETS:%=--set %) --out "$$again"/handouts $(LAB_FLAGS) && \
	Scripts/gallery.sh $(MLM) "$$again"/figures && \
	Scripts/sample-class.sh $(MLM) labs/sets/foundations.yml "$$again"/figures && \
	diff -r --exclude='*.html' labs/sets/sample $(SAMPLE) && \
	Scripts/readme-sample.sh --check labs/sets/sample/sheet.en.md README.md && \
	diff -r --exclude=.made $(HANDOUTS) "$$again"/handouts && diff -r $(FIGURES) "$$again"/figures && \
	echo 'Built again, byte for byte the same.'

.PHONY: test
test: build
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --disable-xctest

# A build of its own: every object is compiled for static linking. Without its symbols the file is 65 MB in place of 105;
# half of that are the tables of Foundation, which the YAML reader wants. The linker warns of functions such as dlopen that
# need glibc's shared files at run time: the worker calls none of them.
.PHONY: worker
worker: deps
	$(SWIFT) build -c release --product mlm-worker -Xswiftc -static-executable --scratch-path .build-worker
	strip -o $(WORKER) .build-worker/release/mlm-worker

.PHONY: test-cluster
test-cluster: build worker
	@Scripts/install-dependencies.sh cluster
	Scripts/test-cluster.sh $(MLM) $(WORKER)

.PHONY: lint
lint:
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests $(wildcard Benchmarks)
	Scripts/check-imports.sh

.PHONY: check
check: lint test

.PHONY: bench
bench: build
	Benchmarks/problems
	VECTORS='$(VECTORS)' Benchmarks/run

.PHONY: install
install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(MLM) $(DESTDIR)$(PREFIX)/bin/mlm
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -d $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(MLM) --generate-completion-script bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/mlm
	$(MLM) --generate-completion-script zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_mlm
	$(MLM) --generate-completion-script fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/mlm.fish

.PHONY: clean
clean:
	rm -rf .build .build-worker $(HANDOUTS) Benchmarks/.build
	rm -f $(FIGURES)/*.png $(FIGURES)/*.pdf $(FIGURES)/*.csv
