"""What the generators of vector files share: bytes that follow from a label, the leaves of the story, and where the file goes."""

import hashlib
import json
import os
import sys


class Stream:
    """Bytes that follow from a file's name and a label, of any length: the same every time."""

    def __init__(self, file):
        self.file = file

    def __call__(self, label, length):
        out, counter = b"", 0
        while len(out) < length:
            out += hashlib.sha256(f"{self.file} {label} {counter}".encode()).digest()
            counter += 1
        return out[:length]


def real_leaves(origin):
    """The leaves of Vectors/transactions.json, which are of this ledger."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Vectors", "transactions.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    assert document["origin"] == origin
    return [bytes.fromhex(leaf["entry"]) for leaf in document["leaves"]]


def output(usage):
    """The file that the command line names; ends the program with its usage where that is not all that it says."""
    if len(sys.argv) != 2:
        print(usage, file=sys.stderr)
        sys.exit(2)
    return sys.argv[1]


def write(path, document, indent):
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(document, indent=indent) + "\n")
