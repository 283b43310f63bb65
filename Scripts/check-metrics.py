#!/usr/bin/env python3
"""Reads what a running node serves at /metrics with prometheus_client's parser, and holds it to what the documents say.

    Scripts/check-metrics.py http://127.0.0.1:PORT/metrics

Every metric is read, of the kind it says it is, with a help text, with labels of a small set of names and values that name nobody;
those that Docs/operate/metrics.md lists are there, and no others.
"""

import pathlib
import re
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "Docs/operate/metrics.md"
LABELS = {"role", "route", "method", "status", "code", "reason", "le"}
MAXIMUM_SERIES = 4096
# Appear when they first happen, or only where a file is watched.
OCCASIONAL = {"parasol_http_denied_total", "parasol_witness_refusals_total", "parasol_housekeeping_failures_total",
              "parasol_tls_reloads_total", "parasol_tls_expiry_time_seconds", "parasol_tls_client_reloads_total",
              "parasol_tls_client_expiry_time_seconds", "parasol_mirror_published_leaves", "parasol_mirror_seen_leaves"}


def documented():
    return set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))


def main():
    with urllib.request.urlopen(sys.argv[1], timeout=10) as answer:
        kind = answer.headers["Content-Type"]
        text = answer.read().decode("utf-8")
    faults = [] if kind.startswith("text/plain; version=0.0.4") else [f"content of type {kind}"]
    names, series = set(), 0
    for family in text_string_to_metric_families(text):
        name = family.name + ("_total" if family.type == "counter" else "")
        names.add(name)
        if family.type not in ("counter", "gauge", "histogram"):
            faults.append(f"{name} is a {family.type}")
        if not family.documentation:
            faults.append(f"{name} has no help")
        for sample in family.samples:
            series += 1
            for label, value in sample.labels.items():
                if label not in LABELS:
                    faults.append(f"{name} has the label {label}")
                if re.search(r"[0-9a-fA-F]{16}", value):
                    faults.append(f"{name} names something: {label}={value}")
            if family.type == "counter" and not sample.value >= 0:
                faults.append(f"{name} is {sample.value}")
    if series > MAXIMUM_SERIES:
        faults.append(f"{series} series")
    known = documented()
    faults += [f"{name} is not in {DOCUMENT.name}" for name in sorted(names - known)]
    faults += [f"{name} is missing" for name in sorted(known - names - OCCASIONAL)]
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(1)
    print(f"{len(names)} metrics with {series} samples, read by prometheus_client")


main()
