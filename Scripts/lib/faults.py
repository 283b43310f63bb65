#!/usr/bin/env python3
"""Puts faults into the ledger's system calls with strace, and holds what is left of the log to its promises.

    faults.py --driver .build/debug/FaultDriver [--sample N] [--minutes M] [--seed S] [--phase PHASE] [--case NAME] [--json] [--jobs J]

A case is one fault (or two, one after the other) in a copy of a prepared log:

    append      the driver opens the log, strace attaches, transactions are submitted and the log is closed
    recovery    the driver opens a log whose append was killed half-way, and closes it
    both        a fault in the append, then another one in the start after it
    short       writes beyond a file size end early (RLIMIT_FSIZE), then fail
    situations  a disk that is full, a second sequencer, a clock set back

Afterwards `FaultDriver check` runs without a fault (and first on a log that has lost a leaf, and on one with a damaged tile: it
must say so). strace counts the calls of each thread by itself, so that one case may hit more than one thread; what was hit is read
from strace's log, and the table counts only that.
"""

import argparse
import collections
import concurrent.futures
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from fault_bench import Bench, Driver, parsed


def spread(cases, count, generator):
    """`count` of the cases: as many kinds of them as there are, and then as many of each as there is room for."""
    kinds = collections.defaultdict(list)
    for case in cases:
        kinds[len(case), case[0].phase, case[0].call, case[0].error].append(case)
    order = sorted(kinds)
    generator.shuffle(order)
    for kind in order:
        generator.shuffle(kinds[kind])
    chosen = []
    while len(chosen) < count and any(kinds.values()):
        for kind in order:
            if kinds[kind] and len(chosen) < count:
                chosen.append(kinds[kind].pop())
    return chosen


class Tally:
    """The table."""

    def __init__(self):
        self.rows = collections.OrderedDict()
        self.results, self.hits, self.missed = [], set(), 0

    def add(self, result):
        self.results.append(result)
        self.hits |= result.hits
        if not all(row[3] for row in result.rows):
            self.missed += 1
            if result.outcome == "survived":
                return
        two = len(result.rows) > 1
        first = result.rows[0]
        phase = "append, then recovery" if two else first[0]
        row = self.rows.setdefault((phase, first[1], first[2]), collections.Counter())
        row["injected"] += 1
        row["faulted " + result.runs[-1].kind] += 1
        row[result.outcome] += 1

    COLUMNS = [
        ("injected", "injected"), ("went on", "faulted went on"), ("stopped", "faulted refused"), ("killed", "faulted killed"),
        ("survived", "survived"), ("refused to start", "refused"), ("WRONG", "WRONG")]

    def markdown(self):
        lines = ["| run | call | fault | " + " | ".join(title for title, _ in self.COLUMNS) + " |"]
        lines.append("| --- | --- | --- |" + " ---: |" * len(self.COLUMNS))
        total = collections.Counter()
        for (phase, call, error), row in sorted(self.rows.items()):
            total.update(row)
            lines.append(f"| {phase} | {call} | {error} | " + " | ".join(str(row[key]) for _, key in self.COLUMNS) + " |")
        lines.append("| all | | | " + " | ".join(str(total[key]) for _, key in self.COLUMNS) + " |")
        return "\n".join(lines)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True, help="the program FaultDriver")
    parser.add_argument("--sample", type=int, help="only so many cases of system calls, spread over all kinds")
    parser.add_argument("--minutes", type=float, help="as many of the cases as there is time for")
    parser.add_argument("--seed", type=int, default=1, help="decides which, and which faults make a pair (default 1)")
    parser.add_argument("--phase", action="append", choices=["append", "recovery", "both", "short", "situations"])
    parser.add_argument("--case", action="append", default=[], help="only this case; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (default 2)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    return parser.parse_args()


class Plan:
    """Which cases are run."""

    def __init__(self, bench, chosen):
        self.jobs, self.sites, self.notes = [], set(), []
        if chosen.case:
            self.named(bench, chosen.case)
            return
        phases = chosen.phase or ["append", "recovery", "both", "short", "situations"]
        generator = random.Random(chosen.seed)
        faults = {}
        for phase in ("append", "recovery"):
            trace = bench.clean(phase)
            faults[phase] = trace.faults(phase)
            if phase in phases:
                self.sites |= {(phase, *site) for site in trace.sites()}
        cases = [[fault] for phase in ("append", "recovery") if phase in phases for fault in faults[phase]]
        if "both" in phases:
            cases += [[fault, generator.choice(faults["recovery"])] for fault in faults["append"] if fault.call != "pread64"]
        if chosen.sample is not None or chosen.minutes is not None:
            cases = spread(cases, len(cases) if chosen.sample is None else chosen.sample, generator)
        few = chosen.sample is not None or chosen.minutes is not None
        if "short" in phases:
            limits = [60_000] if few else [*range(1, 20_000, 1_777), *range(20_001, 190_000, 7_919)]
            self.jobs += [lambda limit=limit: bench.run_short(limit) for limit in limits]
        if "situations" in phases:
            self.jobs += [bench.run_second_sequencer, bench.run_clock_back]
            spares = [16 << 10] if few else [n << 12 for n in (*range(0, 40), *range(40, 120, 4))]
            self.jobs += [lambda spare=spare: bench.run_full(spare) for spare in spares]
        self.jobs += [lambda case=case: bench.run(case) for case in cases]

    def named(self, bench, names):
        for name in names:
            if name.startswith("short:"):
                self.jobs.append(lambda name=name: bench.run_short(int(name[6:])))
            elif name.startswith("full:"):
                self.jobs.append(lambda name=name: bench.run_full(int(name[5:])))
            elif name == "second-sequencer":
                self.jobs.append(bench.run_second_sequencer)
            elif name == "clock-back":
                self.jobs.append(bench.run_clock_back)
            else:
                self.jobs.append(lambda name=name: bench.run([parsed(part) for part in name.split("+")]))


def run_all(plan, tally, chosen):
    """Runs the plan, or as much of it as there is time for or as somebody lets it.

    Answers how many cases this machine cannot run.
    """
    deadline = time.monotonic() + 60 * chosen.minutes if chosen.minutes else float("inf")
    skipped = 0
    pool = concurrent.futures.ThreadPoolExecutor(chosen.jobs)
    try:
        for done, future in enumerate(concurrent.futures.as_completed([pool.submit(job) for job in plan.jobs]), 1):
            result = future.result()
            if result is None:
                skipped += 1
                continue
            tally.add(result)
            if result.outcome != "survived":
                print(f"{result.outcome}: {result.name}: {result.reason}", file=sys.stderr)
                print(f"    again: Scripts/faults --case '{result.name}'", file=sys.stderr, flush=True)
            if sys.stderr.isatty() or done % 100 == 0:
                end = "" if sys.stderr.isatty() else "\n"
                print(f"\r{done} of {len(plan.jobs)}", end=end, file=sys.stderr, flush=True)
            if time.monotonic() > deadline:
                break
    except (KeyboardInterrupt, SystemExit):
        print("ended early; what there is by now:", file=sys.stderr)
    finally:
        pool.shutdown(cancel_futures=True)
    return skipped


def main():
    chosen = options()
    started = time.monotonic()
    # So that the folders, and what is mounted in them, go also where somebody ends this early.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    work = Path(tempfile.mkdtemp(prefix="parasol-faults-"))
    tally = Tally()
    try:
        bench = Bench(Driver(chosen.driver), work)
        bench.demand_controls()
        plan = Plan(bench, chosen)
        skipped = run_all(plan, tally, chosen)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report(chosen, tally, plan, skipped, time.monotonic() - started)
    return 1 if any(result.outcome == "WRONG" for result in tally.results) else 0


def report(chosen, tally, plan, skipped, seconds):
    covered = len(tally.hits & plan.sites)
    if chosen.json:
        print(json.dumps({
            "cases": [result.json() for result in tally.results], "calls": len(plan.sites), "calls_hit": covered,
            "not_reached": tally.missed, "skipped": skipped, "seconds": round(seconds)}, indent=1))
        return
    print(tally.markdown())
    print(f"\n{len(tally.results)} cases in {seconds:.0f} s; {tally.missed} did not reach the call they were meant for.")
    several = sum(len(result.hits) > 1 for result in tally.results)
    print(f"{several} cases hit more than one call: a pair of faults, or one in several threads.")
    if plan.sites:
        print(f"Of the {len(plan.sites)} calls on the log's files in a run without faults, {covered} were hit.")
    if skipped:
        print(f"{skipped} cases with a full disk were skipped: they mount a tmpfs, which needs root.")


if __name__ == "__main__":
    sys.exit(main())
