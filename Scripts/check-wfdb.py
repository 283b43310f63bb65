#!/usr/bin/env python3
"""Compare two WFDB records with the reference reader (PyPI `wfdb`), which shares no code with this project.

usage: check-wfdb.py [--values-only] RECORD_A RECORD_B

A record is given as the path of its header, with or without `.hea`. Compared are the digital samples of every signal
(also those of signals with several samples a frame), gains, baselines, units, names, rates, start time and date,
comments, checksums as declared and as computed, and every annotation file that either record has. File names, and the
record's name, may differ. With --values-only, only samples, gains, baselines, units, names and rates are compared, for
records that were converted to another format.

Exit status: 0 equal, 1 different (every difference is printed), 2 cannot be read.
"""

import argparse
import os
import sys

import numpy
import wfdb

FOREIGN = {"hea", "dat", "mat", "edf", "bdf", "csv", "txt", "json", "xml", "svg", "png", "pdf", "zip", "gz", "md", "html"}
FOREIGN.add("xws")  # WAVE's list of files to show, which PhysioNet has beside each record


def without_ending(path):
    return path[:-4] if path.endswith(".hea") else path


def annotators(path):
    """The endings of the annotation files beside a record."""
    folder, name = os.path.split(path)
    endings = set()
    for file in os.listdir(folder or "."):
        if file.startswith(name + "."):
            ending = file[len(name) + 1 :]
            if ending.isalnum() and ending.lower() not in FOREIGN:
                endings.add(ending)
    return endings


class Comparison:
    def __init__(self):
        self.differences = []
        self.compared = 0

    def same(self, what, a, b):
        self.compared += 1
        if a != b:
            self.differences.append(f"{what}: {a!r} against {b!r}")

    def same_array(self, what, a, b):
        a, b = numpy.asarray(a), numpy.asarray(b)
        self.compared += 1
        if a.shape != b.shape:
            self.differences.append(f"{what}: {a.shape} values against {b.shape}")
        elif not numpy.array_equal(a, b):
            place = int(numpy.flatnonzero(a != b)[0])
            self.differences.append(f"{what}: first differs at {place}: {a[place]!r} against {b[place]!r}")


def invalid_as_missing(record, index):
    """Samples with the format's "no valid sample" as None's stand-in, so that formats can be compared."""
    samples = numpy.asarray(record.e_d_signal[index]).astype(numpy.int64)
    lowest = {"16": -32768, "212": -2048}.get(record.fmt[index])
    return numpy.where(samples == lowest, numpy.iinfo(numpy.int64).min, samples)


def compare(a_path, b_path, values_only):
    a = wfdb.rdrecord(a_path, physical=False, smooth_frames=False)
    b = wfdb.rdrecord(b_path, physical=False, smooth_frames=False)
    result = Comparison()
    fields = ["n_sig", "fs", "sig_len", "sig_name", "units", "adc_gain", "baseline", "samps_per_frame"]
    if not values_only:
        fields += ["counter_freq", "base_counter", "base_time", "base_date", "fmt", "adc_res", "adc_zero", "comments"]
    for field in fields:
        result.same(field, getattr(a, field), getattr(b, field))
    if a.n_sig != b.n_sig:
        return result
    for index in range(a.n_sig):
        name = f"signal {index} ({a.sig_name[index]})"
        result.same_array(f"{name} samples", invalid_as_missing(a, index), invalid_as_missing(b, index))
        if values_only:
            continue
        result.same(f"{name} skew", a.skew[index] or 0, b.skew[index] or 0)
        for record, which in ((a, "first"), (b, "second")):
            # A skewed signal's samples as read are not all that its checksum covers.
            if record.checksum[index] is None or record.skew[index]:
                continue
            computed = int(numpy.sum(record.e_d_signal[index], dtype=numpy.int64)) % 65536
            result.same(f"{name} checksum of the {which} record", record.checksum[index] % 65536, computed)
    if values_only:
        return result
    result.same("annotators", annotators(a_path), annotators(b_path))
    for annotator in sorted(annotators(a_path) & annotators(b_path)):
        compare_annotations(result, a_path, b_path, annotator)
    return result


def compare_annotations(result, a_path, b_path, annotator):
    a = wfdb.rdann(a_path, annotator)
    b = wfdb.rdann(b_path, annotator)
    for field in ("sample", "subtype", "chan", "num"):
        result.same_array(f"{annotator} {field}", getattr(a, field), getattr(b, field))
    for field in ("symbol", "aux_note", "fs"):
        result.same(f"{annotator} {field}", getattr(a, field), getattr(b, field))
    custom = [None if x.custom_labels is None else x.custom_labels.values.tolist() for x in (a, b)]
    result.same(f"{annotator} custom labels", custom[0], custom[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record_a")
    parser.add_argument("record_b")
    parser.add_argument("--values-only", action="store_true")
    arguments = parser.parse_args()
    a_path, b_path = without_ending(arguments.record_a), without_ending(arguments.record_b)
    try:
        result = compare(a_path, b_path, arguments.values_only)
    except Exception as error:
        print(f"cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for difference in result.differences:
        print(difference)
    verdict = "different" if result.differences else "equal"
    print(f"{verdict}: {result.compared} comparisons, {len(result.differences)} differences")
    return 1 if result.differences else 0


if __name__ == "__main__":
    sys.exit(main())
