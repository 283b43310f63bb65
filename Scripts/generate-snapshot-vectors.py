#!/usr/bin/env python3
"""Writes Vectors/snapshot.json from Protocols/snapshot.md and Docs/contracts.md alone: the state root after each leaf of a
ledger, snapshots of its state, and what must not be taken over.

    Scripts/generate-snapshot-vectors.py OUTPUT

The leaves are those of Vectors/transactions.json, executed by an implementation that shares no code with ours
(independent/ledger.py and independent/state.py). Every snapshot is read back by another (independent/snapshot.py), and must give
what it is said to give. The same bytes every time. Needs the PyPI package cryptography.
"""


from independent import merkle, notes
from independent.generating import output, real_leaves, write
from independent.ledger import Ledger
from independent.snapshot import NoSnapshot, check, make
from independent.state import State
from independent.transactions import read_entry
from independent.vectors import bound

ORIGIN = "ledger.parasol.test"
LOG = notes.Signer(ORIGIN, notes.LOG, ORIGIN)
NAMES = ("alpha", "beta", "gamma")
ALPHA, BETA, GAMMA = (notes.Signer(f"{name}.witness.test", notes.WITNESS, f"{name}.witness.test") for name in NAMES)
STRANGER = notes.Signer("alpha.witness.test", notes.WITNESS, "another key of the same name")
TIME = 1_772_366_412


def policy_text():
    witnesses = "".join(f"witness {name} {key.vkey}\n" for name, key in zip(NAMES, (ALPHA, BETA, GAMMA)))
    return f"log {LOG.vkey}\n{witnesses}group witnesses 2 alpha beta gamma\nquorum witnesses\n"


def states(leaves):
    """The state after each leaf, from none on; only the last can still be changed."""
    ledger, state, roots, rows = Ledger(ORIGIN), State(), [State().root()], [[]]
    for leaf in leaves:
        ledger.apply(leaf)
        state.apply(leaf)
        roots.append(state.root())
        rows.append(state.leaves())
    return roots, rows


def signed(text, *signers):
    return notes.note(text, *(signer.sign(text, TIME) for signer in signers))


def final(leaves, *signers, origin=ORIGIN):
    root = merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
    return signed(notes.checkpoint(origin, len(leaves), root), *(signers or (LOG, ALPHA, BETA)))


def word(size, root, *signers, origin=f"{ORIGIN}/state", behind=b""):
    return signed(notes.checkpoint(origin, size, root) + behind, *(signers or (ALPHA, BETA)))


def root_of(rows):
    return merkle.root([merkle.leaf_hash(row) for row in rows])


def consistent(leaves, rows):
    """A snapshot whose notes and root are right, whatever its rows are."""
    return make(final(leaves), word(len(leaves), root_of(rows), ALPHA, BETA), root_of(rows), rows)


def replaced(rows, index, row):
    return rows[:index] + [row] + rows[index + 1:]


def row(key, value):
    return len(key).to_bytes(2, "big") + key + value


def good_cases(leaves, roots, rows):
    first, last = leaves[:1], len(leaves)
    return [
        ("one leaf", make(final(first), word(1, roots[1]), roots[1], rows[1]), False),
        ("one leaf, vouched for by other two",
         make(final(first, LOG, BETA, GAMMA), word(1, roots[1], ALPHA, GAMMA), roots[1], rows[1]), False),
        ("a line of a key that nobody knows",
         make(final(first), word(1, roots[1], ALPHA, STRANGER, BETA), roots[1], rows[1]), False),
        ("nobody vouches", make(final(first), b"", roots[1], rows[1]), True),
        ("twelve leaves", make(final(leaves[:12]), word(12, roots[12]), roots[12], rows[12]), False),
        ("the whole ledger", make(final(leaves), word(last, roots[last]), roots[last], rows[last]), False),
    ]


def heads(leaves, root, rows):
    """What is wrong before the rows."""
    first, checkpoint, state = leaves[:1], final(leaves[:1]), word(1, root)
    base = make(checkpoint, state, root, rows)
    behind = 16 + 4 + len(checkpoint) + 4 + len(state)
    wrong = checkpoint.replace(b"\n1\n", b"\n2\n")
    return [
        ("nothing", b"", "endedEarly"),
        ("another version", base.replace(b"state-v1", b"state-v2"), "notASnapshot"),
        ("a checkpoint of more bytes than any has", base[:16] + (65_537).to_bytes(4, "big") + base[20:], "tooLong"),
        ("ends within the checkpoint", base[:200], "endedEarly"),
        ("ends within the state note", base[:20 + len(checkpoint) + 40], "endedEarly"),
        ("ends before the number of rows", base[:behind + 32], "endedEarly"),
        ("no checkpoint", make(b"", state, root, rows), "checkpoint"),
        ("a checkpoint with a changed size", make(wrong, state, root, rows), "checkpoint"),
        ("a checkpoint with one cosignature", make(final(first, LOG, ALPHA), state, root, rows), "checkpoint"),
        ("a checkpoint that the log did not sign", make(final(first, ALPHA, BETA), state, root, rows), "checkpoint"),
        ("a checkpoint of another log", make(final(first, origin="other.parasol.test"), state, root, rows), "checkpoint"),
        ("the state note in place of the checkpoint", make(state, state, root, rows), "checkpoint"),
        ("a state note with one cosignature", make(checkpoint, word(1, root, ALPHA), root, rows), "stateNote"),
        ("a state note with a cosignature twice", make(checkpoint, word(1, root, ALPHA, ALPHA), root, rows), "stateNote"),
        ("a state note by strangers", make(checkpoint, word(1, root, STRANGER, LOG), root, rows), "stateNote"),
        ("a state note by one known witness and the log", make(checkpoint, word(1, root, ALPHA, LOG), root, rows), "stateNote"),
        ("a state note with a wrong third line", make(checkpoint, state + GAMMA.line(bytes(72)), root, rows), "stateNote"),
        ("a state note with a line behind the root", make(checkpoint, word(1, root, behind=b"more\n"), root, rows), "stateNote"),
        ("a state note of the log's own origin", make(checkpoint, word(1, root, origin=ORIGIN), root, rows), "stateNote"),
        ("the checkpoint in place of the state note", make(checkpoint, checkpoint, root, rows), "stateNote"),
        ("a state note of no leaves", make(checkpoint, word(0, merkle.sha256(b"")), root, rows), "stateNote"),
        ("a state note of another size", make(checkpoint, word(2, root), root, rows), "noteDisagrees"),
        ("a state note of another root", make(checkpoint, word(1, bytes(32)), root, rows), "noteDisagrees"),
        ("another root in the file", make(checkpoint, state, bytes(32), rows), "noteDisagrees"),
    ]


def contents(leaves, root, rows):
    """What is wrong with the rows."""
    first, checkpoint, state = leaves[:1], final(leaves[:1]), word(1, root)
    base = make(checkpoint, state, root, rows)
    progress, founding = rows[0], rows[1]
    text = policy_text().encode()
    assert founding.count(text) == 1
    other_policy = founding.replace(b"group witnesses 2", b"group witnesses 1")
    other_size = progress[:-9] + b"\2" + progress[-8:]
    unknown = row(b"\x1b" + bytes(16), b"\1")
    return [
        ("ends within the last row", base[:-1], "endedEarly"),
        ("a byte behind the last row", base + b"\0", "trailingBytes"),
        ("one row fewer than stated", make(checkpoint, state, root, rows[:-1], count=len(rows)), "endedEarly"),
        ("one row more than stated", make(checkpoint, state, root, rows, count=len(rows) - 1), "trailingBytes"),
        ("2^64 - 1 rows", make(checkpoint, state, root, rows, count=2**64 - 1), "endedEarly"),
        ("a row of more bytes than any has", make(checkpoint, state, root, [bytes(262_145)])[:-262_145], "tooLong"),
        ("a row missing", make(checkpoint, state, root, rows[:-1]), "rootMismatch"),
        ("a row under another's key", make(checkpoint, state, root, replaced(rows, 3, rows[4][:-33] + rows[3][-33:])),
         "notAscending"),
        ("a key of another row", make(checkpoint, state, root, replaced(rows, 3, rows[3][:-33] + rows[4][-33:])), "rootMismatch"),
        ("two rows exchanged", consistent(first, rows[:3] + [rows[4], rows[3]] + rows[5:]), "notAscending"),
        ("a row twice", consistent(first, rows + rows[-1:]), "notAscending"),
        ("a row of no table", consistent(first, rows + [unknown]), "badRow"),
        ("an empty row", consistent(first, rows + [b""]), "badRow"),
        ("a key without its last byte", consistent(first, rows + [row(b"\x0e" + b"\xff" * 15, b"\1" + bytes(8))]), "badRow"),
        ("another version of a value", consistent(first, rows + [row(b"\x0e" + b"\xff" * 16, b"\2" + bytes(8))]), "badRow"),
        ("a value with a byte behind it", consistent(first, rows + [row(b"\x0e" + b"\xff" * 16, b"\1" + bytes(9))]), "badRow"),
        ("a value without its last byte", consistent(first, rows + [row(b"\x0e" + b"\xff" * 16, b"\1" + bytes(7))]), "badRow"),
        ("a flag of two", consistent(first, replaced(rows, 2, rows[2][:-1] + b"\2")), "badRow"),
        ("a founding that is not canonical", consistent(first, replaced(rows, 1, longer(founding))), "badRow"),
        ("a signer's key that is no point", consistent(first, replaced(rows, 3, rows[3][:-33] + b"\2" + b"\xff" * 32)), "badRow"),
        ("rows of two leaves under a checkpoint of one", consistent(first, replaced(rows, 0, other_size)), "wrongSize"),
        ("no rows", consistent(first, []), "wrongSize"),
        ("no founding", consistent(first, replaced(rows, 1, rows[1])[:1] + rows[2:]), "state"),
        ("the founding of another policy", consistent(first, replaced(rows, 1, other_policy)), "foreignPolicy"),
    ]


def longer(founding):
    """The founding's row with an unknown field behind its body."""
    size = int.from_bytes(founding[4:6], "big") + 2
    return founding[:4] + size.to_bytes(2, "big") + founding[6:] + b"\x78\1"


def main():
    leaves, text = real_leaves(ORIGIN), policy_text()
    policy = notes.Policy(text)
    founded = read_entry(leaves[0])[3][2]
    assert founded["witness_policy"] == text, "the founding in Vectors/transactions.json has another policy"
    roots, rows = states(leaves)
    good, refused = [], []
    for why, snapshot, accepting in good_cases(leaves, roots, rows):
        found = check(snapshot, text, policy, ORIGIN, accepting)
        good.append({"why": why, "snapshot": snapshot.hex(), "accepting_unvouched": accepting, **found})
    unvouched = make(final(leaves[:1]), b"", roots[1], rows[1])
    bad = [("nobody vouches, and somebody should", unvouched, "notVouched")]
    for why, snapshot, error in bad + heads(leaves, roots[1], rows[1]) + contents(leaves, roots[1], rows[1]):
        try:
            check(snapshot, text, policy, ORIGIN, False)
        except NoSnapshot as refusal:
            assert refusal.name == error, f"{why}: {refusal}, not {error}"
        else:
            raise AssertionError(f"{why}: taken over")
        refused.append({"why": why, "snapshot": snapshot.hex(), "accepting_unvouched": False, "error": error})
    about = [
        "state_roots: a whole ledger, and how many rows its state has and their root before the first leaf and after each.",
        "snapshots: files of states of that ledger under one policy, and what they are taken over as, or the reason's name.",
        "All byte strings are hexadecimal.",
        "An object's sha256 is that of its other members, as Protocols/transactions.md says.",
        "Written by Scripts/generate-snapshot-vectors.py.",
    ]
    document = {
        "about": bound({"text": about}),
        "state_roots": bound({
            "origin": ORIGIN, "leaves": [leaf.hex() for leaf in leaves],
            "roots": [{"rows": len(one), "root": root.hex()} for one, root in zip(rows, roots)]}),
        "snapshots": bound({"origin": ORIGIN, "policy": text, "good": good, "refused": refused}),
    }
    write(output(__doc__), document, indent=1)


if __name__ == "__main__":
    main()
