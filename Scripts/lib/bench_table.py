#!/usr/bin/env python3
"""One table from the rounds that Scripts/bench has left in a directory.

    python bench_table.py DIRECTORY [--json FILE]

A figure is the median of many calls (and, in brackets, their 5th percentile) in the quietest of the rounds, the one with the lowest
median: for us, the peers and openssl alike, so that what else the machine does favours nobody. Throughput is the bytes of a call
divided by these same times, so that there the figure in brackets is the higher one. A ratio is the best peer's median time
divided by ours, so more is better for us; a share is our median throughput as part of what `openssl speed` reports for the
same cipher (it reports one figure a run, its mean).
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
SEGMENT = 1 << 16  # what a record is sealed in, and so openssl's block for a stream

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
AES, CHACHA = "aes-256-gcm", "chacha20-poly1305"
# (what it is, our name, the peers' name or None, MiB a call, openssl's cipher, its block in bytes, the share of it to reach)
RATES = tuple(
    (f"{title}, {size} MiB", f"{name}_{size}_mib", f"{peer}_{size}_mib", size, cipher, size * MEBIBYTE, None)
    for title, name, peer, cipher in (
        ("record: seal, AES-256-GCM", "seal", "seal", AES),
        ("record: open, AES-256-GCM", "open", "open", AES),
        ("one message: seal (the peers' format)", "message_seal", "seal", CHACHA),
        ("one message: open (the peers' format)", "message_open", "open", CHACHA),
    )
    for size in (1, 64)
) + tuple(
    (f"record stream: {verb}, {cipher}, 64 MiB", f"stream_{verb}_{cipher}", None, 64, cipher.lower(), SEGMENT, goal)
    for cipher, verb, goal in (
        ("AES-256-GCM", "seal", 0.85),
        ("AES-256-GCM", "open", None),
        ("ChaCha20-Poly1305", "seal", None),
        ("ChaCha20-Poly1305", "open", None),
    )
)


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


def judged(value, goal):
    """(goal, verdict) as text."""
    if goal is None:
        return "", ""
    if value is None:
        return f"≥ {goal}", "?"
    return f"≥ {goal}", "met" if value >= goal else "MISSED"


def rate(figure, size):
    """A time as throughput, or None."""
    if not figure:
        return None
    return {"median_mb_s": size / figure["median_us"], "p5_mb_s": size / figure["p5_us"], "count": figure["count"]}


def cell(figure):
    """Median and, in brackets, the 5th percentile."""
    if not figure:
        return ""
    if "median_us" in figure:
        return f"{figure['median_us']:.1f} ({figure['p5_us']:.1f})"
    return f"{figure['median_mb_s']:.0f} ({figure['p5_mb_s']:.0f})"


def quotient(value):
    return f"{value:.2f}" if value else ""


def time_rows(figures):
    """(row of text, entry of the JSON) for what is judged by its time."""
    for title, ours_name, peer_name, goal in TIMES:
        ours, *peers = (
            figures.get(who, {}).get(name) for who, name in (("ours", ours_name), *((p, peer_name) for p in PEERS))
        )
        best = min((p["median_us"] for p in peers if p), default=None)
        ratio = best / ours["median_us"] if ours and best else None
        row = [title, "µs", *map(cell, (ours, *peers)), quotient(ratio), "", "", *judged(ratio, goal)]
        values = {"ours": ours, **dict(zip(PEERS, peers)), "ratio": ratio, "goal": goal}
        yield row, {"operation": title, "unit": "us", **values}


def rate_rows(figures, speeds):
    """(row of text, entry of the JSON) for what is judged by its throughput."""
    for title, ours_name, peer_name, mebibytes, cipher, block, goal in RATES:
        ours, *peers = (
            rate(figures.get(who, {}).get(name), mebibytes * MEBIBYTE)
            for who, name in (("ours", ours_name), *((p, peer_name) for p in PEERS))
        )
        best = max((p["median_mb_s"] for p in peers if p), default=None)
        ratio = ours["median_mb_s"] / best if ours and best else None
        openssl = speeds.get((cipher, block))
        share = ours["median_mb_s"] / openssl if ours and openssl else None
        bare = f"{openssl:.0f}" if openssl else ""
        row = [title, "MB/s", *map(cell, (ours, *peers)), quotient(ratio), bare, quotient(share), *judged(share, goal)]
        bare_cipher = {"cipher": cipher, "block_bytes": block, "mb_s": openssl}
        values = {"ours": ours, **dict(zip(PEERS, peers)), "ratio": ratio, "openssl": bare_cipher}
        yield row, {"operation": title, "unit": "MB/s", **values, "share": share, "goal": goal}


def own_rows(figures):
    """(row of text, entry of the JSON) for what we measure and set beside nothing, such as the group's operations."""
    compared = {ours_name for _, ours_name, *_ in (*TIMES, *RATES)}
    for name, ours in sorted(figures["ours"].items()):
        if name not in compared:
            yield [name.replace("_", " "), "µs", cell(ours), *[""] * 7], {"operation": name, "unit": "us", "ours": ours}


def allocation_lines(figures):
    """What a call of ours allocates, for the operations whose time the table gives in µs; none where nothing was counted."""
    rated = {ours_name for _, ours_name, *_ in RATES}
    counts = [
        (name.replace("_", " "), figure["allocations"])
        for name, figure in sorted(figures["ours"].items())
        if figure.get("allocations") is not None and name not in rated
    ]
    if counts:
        yield "Blocks of memory that a call of ours allocates (median):"
        width = max(len(name) for name, _ in counts)
        for name, count in counts:
            yield f"  {name.ljust(width)}  {count:5d}"


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
    header = ["operation", "unit", "Parasol", "nucypher-core", "umbral-pre", "ratio", "openssl speed", "share", "goal", ""]
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]

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
    found = [*time_rows(figures), *rate_rows(figures, speeds), *own_rows(figures)]
    rows, record = [row for row, _ in found], [entry for _, entry in found]
    machine = {"processor": processor(), "openssl": command_output("openssl", "version")}
    print(f"\n{machine['processor']}, one thread, {machine['openssl']}")
    print("Median (5th percentile) of the calls in the quietest round. ratio: the best peer's time ÷ ours; share: our throughput ÷")
    print("openssl speed's for the same cipher, in blocks of the row's size, for a stream of its segments' (64 KiB). The goal of a")
    print("row is one for its share where it has no peer, else for its ratio.\n")
    show(rows)
    print("", *allocation_lines(figures), sep="\n")
    missed = [row[0] for row in rows if row[-1] == "MISSED"]
    print(f"\nGoals missed: {', '.join(missed)}" if missed else "\nEvery goal that could be judged is met.")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine, "rows": record}, file, indent=2, ensure_ascii=False)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
