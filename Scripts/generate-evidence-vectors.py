#!/usr/bin/env python3
"""Writes Vectors/evidence.json from Protocols/evidence.md alone: what convicts a log, what says less, and what is no evidence.

    Scripts/generate-evidence-vectors.py OUTPUT

The leaves are those of Vectors/transactions.json. Every case is read back by a reader that shares no code with ours
(independent/evidence.py), and must give what it is said to give. The same bytes every time. Needs the PyPI package
cryptography.
"""


from independent import merkle, notes
from independent.evidence import HEADER, NoEvidence, verify
from independent.generating import output, real_leaves, write
from independent.vectors import bound

ORIGIN = "ledger.parasol.test"
LOG = notes.Signer(ORIGIN, notes.LOG, ORIGIN)
OTHER = notes.Signer(ORIGIN, notes.LOG, "another key of the same name")
SEEN = 1_772_366_500_000_000


def hashes(leaves):
    return [merkle.leaf_hash(leaf) for leaf in leaves]


def tree(leaves, path, key=LOG, origin=ORIGIN, root=None, size=None):
    """The lines of a signed tree of these leaves, with a path."""
    text = notes.checkpoint(origin, len(leaves) if size is None else size, root or merkle.root(hashes(leaves)))
    note = notes.note(text, key.sign(text))
    return note_lines(note, path)


def note_lines(note, path):
    return b"checkpoint %d %d\n" % (len(note), len(path)) + note + b"".join(notes.b64(h).encode() + b"\n" for h in path)


def fork(prefix, *trees, seen=SEEN):
    return HEADER + b"seen %d\nfork %d\n" % (seen, prefix) + b"".join(trees)


def prefixed(count, leaves, **options):
    return tree(leaves, merkle.prefix_path(count, hashes(leaves)), **options)


def charged(index, code, leaves, leaf=None, path=None, **options):
    path = merkle.inclusion(index, hashes(leaves)) if path is None else path
    return (HEADER + b"seen %d\nleaf %d %s\n" % (SEEN, index, code.encode())
            + notes.b64(leaves[index] if leaf is None else leaf).encode() + b"\n" + tree(leaves, path, **options))


def varint(number):
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def at(time, leaf):
    """The leaf as if sequenced at another time, which no signature covers."""
    end = 1
    while leaf[end] & 0x80:
        end += 1
    return leaf[:1] + varint(time) + leaf[end + 1:]


def in_order(*roots_and_trees):
    """Trees of one size, the one with the smaller root first."""
    return [lines for _, lines in sorted(roots_and_trees)]


def forks():
    numbered = [b"leaf %d" % index for index in range(12)]
    other = [b"other %d" % index for index in range(12)]
    good = [
        ("a tree that does not begin with a smaller one, whose size is a power of two", 4,
         [prefixed(4, numbered[:4]), prefixed(4, other[:7])]),
        ("the same, of a size that is no power of two", 5, [prefixed(5, numbered[:5]), prefixed(5, other[:12])]),
        ("two trees of one size", 6,
         in_order(*((merkle.root(hashes(leaves[:6])), prefixed(6, leaves[:6])) for leaves in (numbered, other)))),
        ("two trees of whose beginnings the finder knew three leaves", 3, [prefixed(3, numbered[:8]), prefixed(3, other[:11])]),
        ("only the last leaf is another", 1, [prefixed(1, numbered[:1]), prefixed(1, other[:1] + numbered[1:9])]),
    ]
    for count in range(1, 8):
        for size in range(count + 1, 9):
            if (count, size) != (4, 7):
                good.append((f"the first {count} of {size}", count,
                             [prefixed(count, numbered[:count]), prefixed(count, other[:size])]))
    return [{"why": why, "file": fork(prefix, *trees)} for why, prefix, trees in good]


def bad_forks():
    numbered = [b"leaf %d" % index for index in range(12)]
    other = [b"other %d" % index for index in range(12)]
    small, large = prefixed(4, numbered[:4]), prefixed(4, other[:7])
    base = fork(4, small, large)
    path = merkle.prefix_path(4, hashes(other[:7]))
    same = tree(numbered[:7], merkle.prefix_path(4, hashes(numbered[:7])))
    text = notes.checkpoint(ORIGIN, 7, merkle.root(hashes(other[:7])))
    witness = notes.Signer("alpha.witness.test", notes.WITNESS, "alpha.witness.test")
    twins = in_order(*((merkle.root(hashes(leaves[:6])), prefixed(6, leaves[:6])) for leaves in (numbered, other)))
    return [
        ("an extension", fork(4, small, same), "noConflict"),
        ("one tree twice", fork(4, small, small), "noConflict"),
        ("the larger tree signed by another key of the same name",
         fork(4, small, prefixed(4, other[:7], key=OTHER)), "notSigned"),
        ("the larger tree signed by a witness alone", fork(4, small, note_lines(notes.note(text, witness.sign(text, 1)), path)),
         "notSigned"),
        ("a signature over another text", fork(4, small, note_lines(notes.note(text, LOG.sign(text + b"x\n")), path)),
         "notSigned"),
        ("both of another log", fork(4, *(prefixed(4, leaves, origin="other.parasol.test")
                                          for leaves in (numbered[:4], other[:7]))), "otherLog"),
        ("a path without its first hash", fork(4, small, tree(other[:7], path[1:])), "leadsNowhere"),
        ("a path with one hash more", fork(4, small, tree(other[:7], path + [bytes(32)])), "leadsNowhere"),
        ("a path with a changed hash", fork(4, small, tree(other[:7], [bytes(32)] + path[1:])), "leadsNowhere"),
        ("a path from the whole", fork(4, tree(numbered[:4], [bytes(32)]), large), "leadsNowhere"),
        ("the path of another beginning", fork(4, small, prefixed(5, other[:7])), "leadsNowhere"),
        ("the larger tree first", fork(4, large, small), "malformed"),
        ("of one size, the larger root first", fork(6, *twins[::-1]), "malformed"),
        ("of one size, a beginning that is not the size", fork(5, *twins), "malformed"),
        ("of nothing", fork(0, small, large), "malformed"),
        ("a beginning longer than the smaller tree", fork(5, small, large), "malformed"),
        ("one tree", fork(4, small), "malformed"),
        ("three trees", fork(4, small, large, large), "malformed"),
        ("an empty line at the end", base + b"\n", "malformed"),
        ("no newline at the end", base[:-1], "malformed"),
        ("cut off within a note", base[:120], "malformed"),
        ("another version", base.replace(b"@v1", b"@v2"), "malformed"),
        ("no time", base.replace(b"seen %d\n" % SEEN, b""), "malformed"),
        ("a time with a leading zero", base.replace(b"seen ", b"seen 0"), "malformed"),
        ("a time of 2^63", fork(4, small, large, seen=1 << 63), "malformed"),
        ("two spaces", base.replace(b"fork ", b"fork  "), "malformed"),
        ("carriage returns", base.replace(b"\n", b"\r\n"), "malformed"),
        ("another charge", base.replace(b"fork ", b"forg "), "malformed"),
        ("one byte too few counted in a note", base.replace(b"checkpoint 185 0", b"checkpoint 184 0"), "malformed"),
        ("a note of more bytes than there are", base.replace(b"checkpoint 185 2", b"checkpoint 65536 2"), "malformed"),
        ("66 hashes", fork(4, small, tree(other[:7], [bytes(32)] * 66)), "malformed"),
        ("a hash of 31 bytes", fork(4, small, tree(other[:7], path[:-1] + [path[-1][:31]])), "malformed"),
        ("a hash without padding", base[:-2] + b"\n", "malformed"),
        ("a checkpoint of size zero and no empty root", fork(4, tree([], [], root=bytes(32), size=0), large), "notACheckpoint"),
        ("a note that is no checkpoint", fork(4, note_lines(notes.note(b"hello\n", LOG.sign(b"hello\n")), []), large),
         "notACheckpoint"),
    ]


def leaves_and_cases():
    """What the section's leaves are, and cases about leaves: (why, file, places of earlier leaves or None, error or None)."""
    real = real_leaves(ORIGIN)[:6]
    late = at(1_772_366_400_000_000, real[5])
    # The last byte of a leaf is one of its last signature, whose s stays low.
    forged = real[4][:-1] + bytes([real[4][-1] ^ 1])
    spoiled = real[:2] + [real[2][:-1] + bytes([real[2][-1] ^ 1])] + real[3:]
    ours = real + [spoiled[2]]
    all_ = [0, 1, 2, 3, 4, 5]
    alone = [("undecodable", b"\xff"), ("malformedField", b""), ("nonCanonicalEncoding", real[1] + b"\x18\1")]
    cases = [(f"a leaf that is no transaction, {code}, {len(leaf)} bytes",
              charged(2, code, real[:2] + [leaf] + real[2:4]), None, None) for code, leaf in alone]
    cases += [
        ("a malformed leaf, with other leaves at hand that do not matter", charged(1, "undecodable", [real[0], b"\xff"]), [3],
         None),
        ("a first leaf that founds nothing", charged(0, "notFounded", real[1:4]), None, None),
        ("a leaf twice", charged(4, "duplicateTransaction", real[:4] + [real[2]]), all_[:4], None),
        ("a leaf twice, in the middle", charged(4, "duplicateTransaction", real[:4] + [real[2], real[4]]), all_[:4], None),
        ("a second founding", charged(2, "alreadyFounded", real[:2] + [refounded(real[0])]), all_[:2], None),
        ("a time that does not increase", charged(5, "timeNotIncreasing", real[:5] + [late]), all_[:5], None),
        ("a signature that does not verify", charged(4, "invalidSignature", real[:4] + [forged]), all_[:4], None),
        ("an earlier leaf that is not valid", charged(4, "duplicateTransaction", spoiled[:4] + [real[1]]), [0, 1, 6, 3], None),
        ("the earlier leaves are not at hand", charged(4, "duplicateTransaction", real[:4] + [real[2]]), None, None),
        ("the earlier leaves are not at hand, and the leaf is a good one", charged(4, "invalidSignature", real), None,
         None),
        ("a valid leaf", charged(4, "invalidSignature", real), all_[:4], "noRuleBroken"),
        ("a valid first leaf", charged(0, "notFounded", real), None, "noRuleBroken"),
        ("another rule", charged(4, "invalidSignature", real[:4] + [real[2]]), all_[:4], "otherRule"),
        ("another rule, by the leaf alone", charged(1, "highS", [real[0], b"\xff"]), None, "otherRule"),
        ("earlier leaves in another order", charged(4, "duplicateTransaction", real[:4] + [real[2]]), [1, 0, 2, 3],
         "otherEarlierLeaves"),
        ("too few earlier leaves", charged(4, "duplicateTransaction", real[:4] + [real[2]]), all_[:3], "otherEarlierLeaves"),
        ("earlier leaves of which one is another", charged(4, "duplicateTransaction", real[:4] + [real[2]]), [0, 1, 6, 3],
         "otherEarlierLeaves"),
        ("another leaf than the path's", charged(4, "undecodable", real, leaf=b"\xff"), None, "leadsNowhere"),
        ("the path of another index", charged(1, "undecodable", [real[0], b"\xff", real[1]], path=[bytes(32)] * 2), None,
         "leadsNowhere"),
        ("an index at the size", charged(1, "undecodable", [real[0], b"\xff"]).replace(b"leaf 1", b"leaf 2"), None,
         "leadsNowhere"),
        ("a path too short", charged(1, "undecodable", [real[0], b"\xff"], path=[]), None, "leadsNowhere"),
        ("signed by another key", charged(1, "undecodable", [real[0], b"\xff"], key=OTHER), None, "notSigned"),
        ("of another log", charged(1, "undecodable", [real[0], b"\xff"], origin="other.parasol.test"), None, "otherLog"),
        ("a rule that is none", charged(1, "undecodeable", [real[0], b"\xff"]), None, "malformed"),
        ("an index with a sign", charged(1, "undecodable", [real[0], b"\xff"]).replace(b"leaf 1", b"leaf +1"), None, "malformed"),
        ("a leaf with unused bits set in base64",
         charged(1, "undecodable", [real[0], b"\xff"]).replace(b"\n/w==\n", b"\n/x==\n"), None, "malformed"),
        ("no rule", charged(1, "undecodable", [real[0], b"\xff"]).replace(b" undecodable", b""), None, "malformed"),
    ]
    return ours, cases


def refounded(founding):
    """The founding under another identifier and a second later: only that there is one already is looked at first."""
    changed = bytearray(at(1_772_366_402_000_002, founding))
    place = changed.index(b"\x0a\x10") + 2
    changed[place] ^= 1
    return bytes(changed)


def main():
    leaves, cases = leaves_and_cases()
    good, refused = [], []

    def sort(why, file, earlier, error):
        case = {"why": why, "file": file.decode()}
        if earlier is not None:
            case["earlier"] = earlier
        try:
            found = verify(file, LOG, None if earlier is None else [leaves[place] for place in earlier])
        except NoEvidence as refusal:
            assert refusal.name == error, f"{why}: {refusal}, not {error}"
            refused.append({**case, "error": error})
            return
        assert error is None, f"{why}: {found}"
        good.append({**case, **found})

    for item in forks():
        sort(item["why"], item["file"], None, None)
    for why, file, error in bad_forks():
        sort(why, file, None, error)
    for case in cases:
        sort(*case)
    about = [
        "good: files that are read, and what each establishes for whoever has `log` and the leaves that `earlier` names, by",
        "their places in `leaves`; without `earlier` they have none.",
        "refused: files that establish nothing, and the name of the reason: Protocols/evidence.md.",
        "An object's sha256 is that of its other members, as Protocols/transactions.md says.",
        "Written by Scripts/generate-evidence-vectors.py.",
    ]
    section = {"log": LOG.vkey, "leaves": [leaf.hex() for leaf in leaves], "good": good, "refused": refused}
    write(output(__doc__), {"about": bound({"text": about}), "evidence": bound(section)}, indent=1)


if __name__ == "__main__":
    main()
