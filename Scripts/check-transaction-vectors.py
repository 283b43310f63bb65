#!/usr/bin/env python3
"""Checks a file of transaction vectors with an implementation that shares no code with ours, written from Protocols/transactions.md.

    Scripts/check-transaction-vectors.py FILE…             exit 0 when everything holds, 1 on the first thing that does not
    Scripts/check-transaction-vectors.py --self-test FILE   also changes one digit of every value in turn: each must be found

Reads every encoding with its own decoder, checks every field, who must sign with which key, every P-256 signature, the proofs and
sums of folders' shares, the fragment of every dispute, every digest, and the sha256 that binds what follows from nothing else. A
field that this script does not know is an error, because it would go unchecked. Needs Python 3.9 and nothing else.
"""

import argparse
import hashlib
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from independent.ledger import Ledger, answer_digest, capsule_digest, fragment_digest  # noqa: E402
from independent.secp256k1 import Refused  # noqa: E402
from independent.transactions import Violation, read_entry, read_signed, read_transaction  # noqa: E402
from independent.vectors import mutant, need, need_bound, octets, places  # noqa: E402


# The file -------------------------------------------------------------------------------------------------------------

FIELDS = {"about", "format", "origin", "leaves", "capsuleDigests", "fragmentDigests", "refusals"}
LEVELS = {"entry": read_entry, "signedTransaction": read_signed, "transaction": read_transaction}


def only(values, names, where):
    need(set(values) == set(names), f"{where} has the fields {sorted(values)}")


def check_remarks(document):
    only(document, FIELDS, "the file")
    need(document["format"] == "parasol-transaction-vectors", "format")
    only(document["about"], ("text", "sha256"), "about")
    need_bound(document["about"], "about")


def check_leaf(ledger, leaf):
    """Everything that a leaf of the file says, and the leaf applied."""
    entry = octets(leaf["entry"], "entry")
    time, signed_octets, signed, (_, kind, _) = read_entry(entry)
    need(leaf["type"] == kind, f"type {leaf['type']}, the bytes say {kind}")
    need(leaf["sequencedAt"] == time, "sequencedAt")
    need(octets(leaf["signedTransaction"], "signedTransaction") == signed_octets, "signedTransaction")
    need(octets(leaf["transaction"], "transaction") == signed["transaction"], "transaction")
    need(leaf["leafHash"] == hashlib.sha256(b"\0" + entry).hexdigest(), "leafHash")
    message = ledger.message(signed["transaction"])
    need(leaf["signatureInputSHA256"] == hashlib.sha256(message).hexdigest(), "signatureInputSHA256")
    required = ledger.apply(entry)
    need(len(leaf["signatures"]) == len(required), "signatures")
    for (signer, key), carried, listed in zip(required, signed["signatures"], leaf["signatures"]):
        need(octets(listed["signer"], "signer") == signer, "signer")
        need(octets(listed["key"], "key") == key, "key")
        need(octets(listed["signature"], "signature") == carried["signature"], "signature")


def check_leaves(document):
    """The ledger that the leaves make."""
    ledger = Ledger(document["origin"])
    for index, leaf in enumerate(document["leaves"]):
        only(leaf, ("type", "sequencedAt", "transaction", "signatureInputSHA256", "signatures", "signedTransaction", "entry",
                    "leafHash"), f"leaf {index}")
        for signature in leaf["signatures"]:
            only(signature, ("signer", "key", "signature"), f"leaf {index}")
        try:
            check_leaf(ledger, leaf)
        except (Refused, Violation, KeyError, ValueError) as error:
            raise Refused(f"leaf {index}, {leaf['type']}: {error}") from error
    return ledger


def check_digests(document, ledger):
    for item in document["capsuleDigests"]:
        only(item, ("record", "capsule", "digest"), "a capsule digest")
        record = octets(item["record"], "record")
        digest = capsule_digest(octets(item["capsule"], "capsule"))
        need(item["digest"] == digest.hex(), "capsule digest")
        need(ledger.records[record]["capsule_digest"] == digest, "capsule digest on the ledger")
    for item in document["fragmentDigests"]:
        made_of = "fragments" if "fragments" in item else "fragment"
        only(item, ("request", "transformer", made_of, "digest"), "a fragment digest")
        key = octets(item["request"], "request"), octets(item["transformer"], "transformer")
        parts = item["fragments"] if made_of == "fragments" else [item["fragment"]]
        digest = answer_digest([fragment_digest(*key, octets(part, "fragment")) for part in parts])
        need(item["digest"] == digest.hex() and ledger.transforms[key] == digest, "fragment digest")
    return len(document["capsuleDigests"]) + len(document["fragmentDigests"])


def check_refusals(document):
    for index, item in enumerate(document["refusals"]):
        only(item, ("what", "level", "bytes", "code", "sha256"), f"refusal {index}")
        need_bound(item, f"refusal {index}, {item['what']}")
        try:
            LEVELS[item["level"]](octets(item["bytes"], "bytes"))
        except Violation as violation:
            need(violation.code == item["code"], f"{item['what']}: {violation}, expected {item['code']}")
            continue
        raise Refused(f"{item['what']}: accepted")
    return len(document["refusals"])


def check_document(document, say):
    check_remarks(document)
    ledger = check_leaves(document)
    counts = len(document["leaves"]), check_digests(document, ledger), check_refusals(document)
    say("  {} leaves\n  {} digests\n  {} refusals".format(*counts))
    return sum(counts)


def self_test(document):
    """Changes one digit of every value in turn, and checks again what the change may show in."""
    ledger = check_leaves(document)
    checks = {
        "leaves": check_leaves, "origin": check_leaves, "refusals": check_refusals,
        "capsuleDigests": lambda changed: check_digests(changed, ledger),
        "fragmentDigests": lambda changed: check_digests(changed, ledger),
    }
    tried = 0
    for path in places(document):
        tried += 1
        try:
            checks.get(path[0], check_remarks)(mutant(document, path))
        except (Refused, Violation, ValueError, LookupError):
            continue
        raise Refused(f"a changed digit in {path} was not found")
    return tried


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--self-test", action="store_true", help="also change one digit of every value: each must be found")
    options = parser.parse_args()
    for path in options.files:
        print(path)
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            print(f"  {check_document(document, print)} entries checked")
            if options.self_test:
                print(f"  {self_test(document)} changed values, each found")
        except (Refused, Violation, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            print(f"  FAILED: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
