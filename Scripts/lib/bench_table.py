#!/usr/bin/env python3
"""One table from the rounds that Scripts/bench has left in a directory.

    python bench_table.py DIRECTORY [--json FILE]

A figure is the median of many calls (and, in brackets, their 5th percentile) in the quietest of the rounds, the one with the lowest
median: for us, the peers and openssl alike, so that what else the machine does favours nobody. A ratio is the best peer's median
divided by ours, so more is better for us.
"""

import argparse
import glob
import json
import os
import platform
import subprocess
import sys

PEERS = ("nucypher_core", "umbral_pre")
MEBIBYTE = 1 << 20

# (what it is, our name, the peers' name, the ratio to reach)
TIMES = (
    ("encapsulate and encrypt 32 B", "encrypt_32", "encrypt_32", 2.5),
    ("capsule: parse and check", "capsule_parse", "capsule_parse", 3.3),
    ("three fragments of 2-of-3", "kfrags_2_of_3", "kfrags_2_of_3", 2.9),
    ("key fragment: verify", "kfrag_verify", "kfrag_verify", None),
    ("re-encrypt", "reencrypt", "reencrypt", 1.4),
    ("capsule fragment: parse and verify", "cfrag_parse_verify", "cfrag_parse_verify", 1.8),
    ("decrypt as owner, 32 B", "decrypt_original_32", "decrypt_original_32", None),
    ("open 2 of 3, parsing included", "open_2_of_3", "open_2_of_3", 10),
    ("open 2 of 3 within a grant session", "open_2_of_3_session", "open_2_of_3", 15),
)
# (what it is, our name, the peers' name, bytes)
RATES = tuple(
    (f"{title}, {size} MiB", f"{name}_{size}_mib", f"{peer}_{size}_mib", size * MEBIBYTE)
    for title, name, peer in (
        ("record: seal", "seal", "seal"),
        ("record: open", "open", "open"),
        ("one message: seal (the peers' format)", "message_seal", "seal"),
        ("one message: open (the peers' format)", "message_open", "open"),
    )
    for size in (1, 64)
)
# (what it is, our name, openssl's cipher, the share of its speed to reach)
STREAMS = (
    ("record stream: seal, AES-256-GCM", "stream_seal_AES-256-GCM", "aes-256-gcm", 0.85),
    ("record stream: open, AES-256-GCM", "stream_open_AES-256-GCM", "aes-256-gcm", None),
    ("record stream: seal, ChaCha20-Poly1305", "stream_seal_ChaCha20-Poly1305", "chacha20-poly1305", None),
    ("record stream: open, ChaCha20-Poly1305", "stream_open_ChaCha20-Poly1305", "chacha20-poly1305", None),
)
STREAM_BYTES = 64 * MEBIBYTE


def load(directory):
    """{who: {operation: {"median_us", "p5_us"}}} and {(cipher, size): MB/s}."""
    rounds = {}

    def collect(who, report):
        for operation, figure in report.items():
            rounds.setdefault(who, {}).setdefault(operation, []).append(figure)

    for path in sorted(glob.glob(os.path.join(directory, "*.json"))):
        with open(path, encoding="utf-8") as file:
            text = file.read().strip()
        if not text:
            continue
        report = json.loads(text)
        if "operations" in report:
            collect("ours", report["operations"])
        else:
            for peer, values in report.items():
                collect(peer, values["operations"])
    figures = {
        who: {
            operation: min(found, key=lambda figure: figure["median_us"]) for operation, found in operations.items()
        }
        for who, operations in rounds.items()
    }
    speeds = {}
    for path in sorted(glob.glob(os.path.join(directory, "openssl.*"))):
        _, cipher, size, _ = os.path.basename(path).rsplit(".", 3)
        with open(path, encoding="utf-8") as file:
            text = file.read().split()
        if text:
            speeds.setdefault((cipher, int(size)), []).append(float(text[0]) / 1e6)
    return figures, {key: max(values) for key, values in speeds.items()}


def judged(ratio, goal):
    """(goal, verdict) as text."""
    if goal is None:
        return "", ""
    if ratio is None:
        return f"≥ {goal}", "?"
    return f"≥ {goal}", "met" if ratio >= goal else "MISSED"


def table(figures, speeds):
    """Rows of text, and what goes into the JSON."""
    rows, record = [], []

    def add(title, unit, values, shown, ratio, goal):
        rows.append([title, *shown, f"{ratio:.2f}" if ratio else "", *judged(ratio, goal)])
        record.append({"operation": title, "unit": unit, **values, "ratio": ratio, "goal": goal})

    def figure(who, name):
        return figures.get(who, {}).get(name)

    for title, ours_name, peer_name, goal in TIMES:
        ours, peers = figure("ours", ours_name), [figure(peer, peer_name) for peer in PEERS]
        best = min((p["median_us"] for p in peers if p), default=None)
        ratio = best / ours["median_us"] if ours and best else None
        shown = [f"{f['median_us']:.1f} ({f['p5_us']:.1f})" if f else "" for f in (ours, *peers)]
        values = dict(zip(("ours", *PEERS), (ours, *peers)))
        add(title, "us", values, [*shown, ""], ratio, goal)

    def rate(found, size):
        return size / found["median_us"] if found else None

    for title, ours_name, peer_name, size in RATES:
        ours, *peers = (rate(figure(w, n), size) for w, n in (("ours", ours_name), *((p, peer_name) for p in PEERS)))
        best = max((p for p in peers if p), default=None)
        ratio = ours / best if ours and best else None
        shown = [f"{value:.0f} MB/s" if value else "" for value in (ours, *peers)]
        add(title, "MB/s", dict(zip(("ours", *PEERS), (ours, *peers))), [*shown, ""], ratio, None)

    for title, ours_name, cipher, goal in STREAMS:
        ours, floor = rate(figure("ours", ours_name), STREAM_BYTES), speeds.get((cipher, 65536))
        ratio = ours / floor if ours and floor else None
        shown = [f"{ours:.0f} MB/s" if ours else "", "", "", f"{floor:.0f} MB/s" if floor else ""]
        values = {"ours": ours, "openssl_64_kib": floor, "openssl_1_mib": speeds.get((cipher, MEBIBYTE))}
        add(title, "MB/s", values, shown, ratio, goal)
    return rows, record


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def command_output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0].strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def show(rows):
    header = ["operation", "Parasol", "nucypher-core", "umbral-pre", "openssl speed", "ratio", "goal", ""]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(row):
        first, *rest = (cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths)))
        return "  ".join([first, *rest]).rstrip()

    print(line(header))
    print("  ".join("-" * width for width in widths))
    for row in rows:
        print(line(row))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    figures, speeds = load(options.directory)
    if "ours" not in figures:
        print("bench: no figures of ours", file=sys.stderr)
        return 1
    rows, record = table(figures, speeds)
    machine = {"processor": processor(), "openssl": command_output("openssl", "version")}
    print(f"\n{machine['processor']}, one thread, {machine['openssl']}")
    print("Microseconds a call, median (5th percentile) of the quietest round; ratio is the best peer's ÷ ours, or our share of openssl's speed\n")
    show(rows)
    missed = [row[0] for row in rows if row[-1] == "MISSED"]
    print(f"\nGoals missed: {', '.join(missed)}" if missed else "\nEvery goal that could be judged is met.")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine, "rows": record}, file, indent=2, ensure_ascii=False)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
