"""Tries the checker of Umbral vectors: one digit of every value is changed in turn, and each change must be found."""

from .secp256k1 import Refused
from .vectors import mutant, places


def pieces(document):
    """Small documents that hold one of everything; with each, the section in which to change values."""
    for name in ("params", "factory", "signatures"):
        if name in document:
            yield {name: document[name] if name == "params" else document[name][:1]}, name
    cases = document.get("cases", [])
    if cases:
        small = min(cases, key=lambda case: (case["shares"], case["threshold"]))
        wide = min((case for case in cases if case["threshold"] > 1), default=small, key=lambda case: case["shares"])
        for case in [small] if wide is small else [small, wide]:
            yield {"cases": [case]}, "cases"
    if "robustness" in document:
        piece = {"robustness": document["robustness"]}
        if cases:
            context = cases[document["robustness"]["context_case_index"]]
            piece = {"cases": [context], "robustness": {**document["robustness"], "context_case_index": 0}}
        yield piece, "robustness"


def self_test(document, check, remarks):
    """The number of changes tried; `check` is given a document, and refuses it or not."""
    tried = 0
    for piece, section in pieces(document):
        check(piece)
        for path in places(piece, remarks):
            # Without cases nothing says what the index has to be.
            if path[0] != section or (path[-1] == "context_case_index" and "cases" not in piece):
                continue
            tried += 1
            try:
                check(mutant(piece, path))
            except Refused:
                continue
            raise Refused(f"a changed digit in {path} was not found")
    return tried
