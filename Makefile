# Parasol. `make` alone lists what can be made.

.DEFAULT_GOAL := help
.PHONY: help demo test install man bench growth faults damage crashes partitions lint format ct docs generate clean
SHELL := /bin/bash

help: ## what can be made
	@echo 'Parasol: share electrocardiograms with the doctors you choose, and with nobody else.'
	@echo
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo
	@echo 'Arguments: make demo ARGS="--proxies 5 --threshold 3 --keep out"   make test ARGS="--filter UmbralTests"'

demo: ## the main job, end to end, on this machine
	@Scripts/demo $(ARGS)

test: ## every test, the vectors against independent checkers, constant time
	@Scripts/test $(ARGS)

install: ## program, manual pages, completions and systemd units below PREFIX (/usr/local), DESTDIR before it
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' PROGRAM='$(PROGRAM)' Scripts/install

man: ## manual pages of a program that is built (PROGRAM, else the release build), in .build/man
	@Scripts/man '$(or $(PROGRAM),.build/release/parasol)' .build/man

bench: ## our figures beside the peers' and the machine's
	@Scripts/bench $(ARGS)

growth: ## the ledger's part of bench, up to ten million entries (hours)
	@Scripts/bench --only-ledger --ledger-entries 10000,100000,1000000,10000000 $(ARGS)

faults: ## system calls of the ledger that fail, by strace, and what is left of it (an hour or two)
	@Scripts/faults $(ARGS)

damage: ## every byte of a small ledger changed, and whether fsck finds it (hours; ARGS="--every-of-databases 17" half an hour)
	@Scripts/damage $(ARGS)

crashes: ## separate processes killed under load, and whether all that was acknowledged is still there (minutes)
	@Scripts/on-cluster crashes $(ARGS)

partitions: ## separate processes cut off from each other, in network namespaces (root; minutes)
	@Scripts/on-cluster partitions $(ARGS)

lint: ## formatting, layers, scripts
	@Scripts/lint

format: ## the Swift that we write, formatted in place
	@Scripts/format

ct: ## secrets poisoned for valgrind, on the release binary
	@Scripts/setup test
	@Scripts/constant-time $(ARGS)

docs: ## reference documentation of every library (DocC)
	@Scripts/docs $(ARGS)

generate: ## Sources/SharingMessages from Protocols/parasol/v1/*.proto
	@Scripts/generate

clean: ## removes everything that was built
	rm -rf .build .venv
	find Scripts -name __pycache__ -type d -prune -exec rm -rf {} +
