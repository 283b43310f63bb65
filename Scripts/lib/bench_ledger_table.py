#!/usr/bin/env python3
"""The ledger's tables from the reports that `Benchmarks --json --ledger` and `--ledger-entries` wrote.

    python bench_ledger_table.py LOAD.json GROWTH.json [--json FILE]

FILE, which bench_table.py has written already or which is new, gets the figures under "ledger".
"""

import argparse
import json
import os
import sys

SHARE_GOAL = 0.6  # of the tighter limit, sustained
AUDIT_GOAL_RATE = 1_000_000 / 60  # leaves a second, on two cores
P50_GOAL_MS, P99_GOAL_MS, GOAL_RATE = 30, 250, 1000
WITNESSES = {"elsewhere": "three elsewhere (a)", "here": "three on this machine (b)"}


def shown(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(row):
        return "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))).rstrip()

    head, *body = rows
    return [line(head), "  ".join("-" * w for w in widths), *map(line, body)]


def verdict(missed):
    return "MISSED" if missed else "met"


def judged(deployment, load, limit):
    """(share, goal, verdict) of one load. Only (a) has goals: (b) does four machines' work on one."""
    share = load["answered_per_second"] / limit
    offered = load.get("offered_per_second")
    if deployment["witnesses"] == "elsewhere":
        if offered is None:
            return share, f"≥ {SHARE_GOAL} of the limit", verdict(share < SHARE_GOAL)
        if offered == GOAL_RATE:
            missed = load["p50_ms"] > P50_GOAL_MS or load["p99_ms"] > P99_GOAL_MS
            return share, f"p50 ≤ {P50_GOAL_MS}, p99 ≤ {P99_GOAL_MS} ms", verdict(missed)
    return share, "", ""


def load_rows(report):
    """Rows of text, and what they say for the JSON."""
    limits = report["limits"]
    limit = min(limits["verified_per_second"], limits["committed_per_second"])
    rows = [["witnesses", "offered/s", "receipts/s", "p50 ms", "p99 ms", "max ms", "a commit", "core µs", "÷ limit", "goal", ""]]
    entries = []
    for deployment in report["deployments"]:
        for load in deployment["loads"]:
            share, goal, met = judged(deployment, load, limit)
            offered = load.get("offered_per_second")
            rows.append(
                [
                    WITNESSES[deployment["witnesses"]],
                    f"{offered:.0f}" if offered else "saturation",
                    f"{load['answered_per_second']:.1f}",
                    *(f"{load[name]:.1f}" for name in ("p50_ms", "p99_ms", "maximum_ms", "leaves_per_commit")),
                    f"{load['processor_us']:.0f}",
                    f"{share:.2f}",
                    goal,
                    met,
                ]
            )
            entries.append({"witnesses": deployment["witnesses"], **load, "share": share, "goal": goal, "verdict": met})
    return rows, entries


def growth_rows(growth):
    rows = [["entries", "a leaf µs", "receipts/s", "receipt with proof µs", "its bytes", "memory MiB", "audit s", "leaves/s",
             "mirror follows s", "snapshot MiB", "written s", "begun with s"]]
    for figure in growth:
        rows.append(
            [
                f"{figure['entries']:,}",
                f"{figure['append_us']:.0f}",
                f"{figure['appended_per_second']:.0f}",
                f"{figure['proof_us']:.0f}",
                f"{figure['proof_bytes']}",
                f"{figure['resident_mib']:.0f}",
                *(
                    (f"{seconds:.1f}", f"{figure['entries'] / seconds:.0f}")
                    if (seconds := figure.get("audit_seconds"))
                    else ("", "")
                ),
                *(
                    [f"{mirror[name]:.1f}" for name in ("follow_seconds", "snapshot_mib", "export_seconds", "restore_seconds")]
                    if (mirror := figure.get("mirror"))
                    else [""] * 4
                ),
            ]
        )
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("load")
    parser.add_argument("growth")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    with open(options.load, encoding="utf-8") as file:
        report = json.load(file)["ledger"]["load"]
    with open(options.growth, encoding="utf-8") as file:
        growth = json.load(file)["ledger"]["growth"]

    limits = report["limits"]
    rows, entries = load_rows(report)
    print("\nA ledger under load: real signed transactions, SQLite at full fsync, receipts under two of three cosignatures. Times from")
    print("when a transaction was meant to go out to its receipt. (a): witnesses answer as remote ones do, their re-execution and the")
    print("network are not on this machine. (b): three witness nodes re-execute and store everything here, so that each signature is")
    print("verified four times on these cores.\n")
    print(*shown(rows), sep="\n")
    print(f"\nThe machine's limits, nothing else running, {limits['cores']} cores: {limits['verified_per_second']:.0f} transactions/s decoded and")
    print(f"their signatures verified; {limits['committed_per_second']:.0f} leaves/s committed by SQLite in batches of {limits['leaves_per_commit']}.")
    print("÷ limit: receipts/s as part of the tighter one; core µs: what this process used of a core for each receipt.\n")
    print("A ledger as it grows, with witnesses as in (a):\n")
    print(*shown(growth_rows(growth)), sep="\n")
    missed = [f"{row[0]}, {row[1]}" for row in rows[1:] if row[-1] == "MISSED"]
    audited = [figure["entries"] / figure["audit_seconds"] for figure in growth if figure.get("audit_seconds")]
    if audited and limits["cores"] == 2:
        rate = min(audited)
        missed += ["audit"] if rate < AUDIT_GOAL_RATE else []
        print(f"\nAn audit, goal ≥ {AUDIT_GOAL_RATE:.0f} leaves/s (10⁶ in 60 s) on two cores: {verdict(rate < AUDIT_GOAL_RATE)}.")
    print(f"\nGoals missed: {'; '.join(missed)}" if missed else "\nEvery goal of the ledger is met.")
    if options.json:
        record = {}
        if os.path.exists(options.json):
            with open(options.json, encoding="utf-8") as file:
                record = json.load(file)
        record["ledger"] = {"limits": limits, "loads": entries, "growth": growth}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=2, ensure_ascii=False)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
