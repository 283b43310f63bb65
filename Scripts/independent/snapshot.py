"""Reads and makes snapshots of a ledger's state, from Protocols/snapshot.md alone."""

from . import merkle
from .notes import BadNote, Checkpoint, Note
from .state_rows import SHAPES
from .transactions import Violation, decode

MAGIC = b"parasol-state-v1"
MAXIMUM_NOTE, MAXIMUM_ROW = 65_536, 262_144


class NoSnapshot(Exception):
    """What is not taken over, by name."""

    def __init__(self, name, reason=""):
        super().__init__(f"{name}: {reason}")
        self.name = name


def demand(condition, name, reason=""):
    if not condition:
        raise NoSnapshot(name, reason)


def make(checkpoint, state_note, root, leaves, count=None):
    """The bytes of a snapshot."""
    head = [MAGIC]
    for note in (checkpoint, state_note):
        head += [len(note).to_bytes(4, "big"), note]
    head += [root, (len(leaves) if count is None else count).to_bytes(8, "big")]
    return b"".join(head + [len(leaf).to_bytes(4, "big") + leaf for leaf in leaves])


class Octets:
    def __init__(self, encoded):
        self.encoded, self.at = encoded, 0

    def take(self, count):
        demand(count <= len(self.encoded) - self.at, "endedEarly")
        self.at += count
        return self.encoded[self.at - count:self.at]

    def long(self, bound):
        count = int.from_bytes(self.take(4), "big")
        demand(count <= bound, "tooLong", f"{count}")
        return self.take(count)


def final(encoded, policy, origin):
    try:
        return policy.final(encoded, origin)
    except BadNote as error:
        raise NoSnapshot("checkpoint", str(error)) from error


def vouched(encoded, policy, origin):
    """The checkpoint-like text of a state note that counts."""
    try:
        note = Note(encoded)
        found = Checkpoint(note.text)
        if found.origin != origin + "/state" or found.extensions or found.size == 0:
            raise BadNote("wrongOrigin", found.origin)
        if not policy.is_met(note.signers(list(policy.witnesses.values()))):
            raise BadNote("quorumNotMet")
        return found
    except BadNote as error:
        raise NoSnapshot("stateNote", str(error)) from error


def row(number, leaf):
    """(key, value), of a table and in its one shape."""
    length = int.from_bytes(leaf[:2], "big")
    key, value = leaf[2:2 + length], leaf[2 + length:]
    try:
        demand(len(leaf) > 2 + length and key and key[0] in SHAPES and value[0] == 1, "badRow", f"{number}")
        name, content = SHAPES[key[0]]
        demand(len(key) - 1 == name, "badRow", f"{number}")
        demand(content(key[1:], value[1:]), "badRow", f"{number}")
    except (Violation, IndexError, ValueError) as error:
        raise NoSnapshot("badRow", f"{number}: {error}") from error
    return key, value


def check(encoded, policy_text, policy, origin, accepting_unvouched):
    """Everything that can be said without the leaves: the members of a vector."""
    octets = Octets(encoded)
    demand(octets.take(len(MAGIC)) == MAGIC, "notASnapshot")
    notes = [octets.long(MAXIMUM_NOTE), octets.long(MAXIMUM_NOTE)]
    root, count = octets.take(32), int.from_bytes(octets.take(8), "big")
    checkpoint = final(notes[0], policy, origin)
    if notes[1]:
        word = vouched(notes[1], policy, origin)
        demand((word.size, word.root) == (checkpoint.size, root), "noteDisagrees")
    demand(notes[1] or accepting_unvouched, "notVouched")
    rows, last, hashes = {}, None, []
    for number in range(count):
        leaf = octets.long(MAXIMUM_ROW)
        key, value = row(number, leaf)
        demand(last is None or last < key, "notAscending", f"{number}")
        last, rows[key] = key, value
        hashes.append(merkle.leaf_hash(leaf))
    demand(octets.at == len(encoded), "trailingBytes")
    demand(merkle.root(hashes) == root, "rootMismatch")
    fixed = [bytes([tag]) in rows for tag in (1, 2, 3)]
    demand(all(fixed) or not any(fixed), "state", "some of the fixed rows")
    size = int.from_bytes(rows[b"\1"][1:9], "big") if all(fixed) else 0
    demand(size == checkpoint.size, "wrongSize", f"{size}")
    demand(founding_policy(rows[b"\2"]) == policy_text.encode(), "foreignPolicy")
    return {"size": checkpoint.size, "rows": count, "root": root.hex(), "vouched": bool(notes[1])}


def founding_policy(value):
    return decode("LedgerFounded", value[3:])["witness_policy"].encode()
