#!/usr/bin/env python3
"""Writes Vectors/transparency-log.json, from the C2SP specifications and RFC 6962 alone.

Shares no code with the Swift sources: hashlib for the trees, pyca/cryptography for Ed25519. Deterministic: running it
again writes the same bytes. Every refused case names the error that a strict implementation should give, and every section carries
the sha256 of its other members, as Protocols/ledger.md says.
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from independent import ed25519  # noqa: E402
from independent.vectors import bound  # noqa: E402


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


# RFC 6962, section 2.1


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def split(count):
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def inclusion(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return inclusion(m, leaves[:k]) + [root(leaves[k:])]
    return inclusion(m - k, leaves[k:]) + [root(leaves[:k])]


def subproof(m, leaves, whole):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [root(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


# Signed notes, keys, cosignatures


class Key:
    def __init__(self, name, kind, label):
        self.name, self.kind = name, kind
        self.seed = sha256(b"parasol test key " + label.encode())
        self.private = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = key_id(name, kind, self.public)
        self.vkey = vkey(name, kind, self.public)

    def line(self, blob):
        return f"\u2014 {self.name} {b64(self.id + blob)}\n"

    def sign(self, text):
        return self.line(self.private.sign(text.encode()))

    def cosign(self, text, time):
        message = f"cosignature/v1\ntime {time}\n{text}"
        return self.line(time.to_bytes(8, "big") + self.private.sign(message.encode()))


def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{b64(bytes([kind]) + public)}"


LOG = Key("log.example.org/parasol", 1, "log")
OTHER = Key("log.example.org/other", 1, "other")
WITNESSES = [Key(f"{name}.example.org/witness", 4, name) for name in ("alpha", "beta", "gamma")]
ALPHA, BETA, GAMMA = WITNESSES


def checkpoint_text(leaves, origin=LOG.name):
    return f"{origin}\n{len(leaves)}\n{b64(root(leaves))}\n"


def merkle():
    count = 13
    entries = [bytes([i]) * i for i in range(count)]
    leaves = [leaf_hash(entry) for entry in entries]
    return {
        "entries": [entry.hex() for entry in entries],
        "roots": [root(leaves[:size]).hex() for size in range(count + 1)],
        "inclusion": [
            {"size": n, "index": i, "path": [h.hex() for h in inclusion(i, leaves[:n])]}
            for n in range(1, count + 1)
            for i in range(n)
        ],
        "consistency": [
            {"old": m, "new": n, "path": [h.hex() for h in subproof(m, leaves[:n], True)]}
            for n in range(1, count + 1)
            for m in range(1, n + 1)
        ],
    }


def keys():
    good = [
        {"name": k.name, "type": k.kind, "seed": k.seed.hex(), "vkey": k.vkey} for k in [LOG, OTHER] + WITNESSES
    ]
    p = 2**255 - 19
    order8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
    weak = []
    for y in (0, 1, p - 1, p, p + 1, order8, p - order8, p + 2, 2**255 - 1):
        for sign in (0, 1):
            weak.append((y | sign << 255).to_bytes(32, "little"))
    refused = [{"why": f"weak key {key.hex()}", "vkey": vkey("weak", 1, key), "error": "weakKey"} for key in weak]
    typed = bytes([1]) + LOG.public
    bad = [
        ("empty", "", "badVerifierKey"),
        ("no hash", f"{LOG.name}+{b64(typed)}", "badVerifierKey"),
        ("hash of another name", LOG.vkey.replace("log.", "lug.", 1), "keyIDMismatch"),
        ("upper-case hash", f"{LOG.name}+{LOG.id.hex().upper()}+{b64(typed)}", "keyIDMismatch"),
        ("empty name", vkey("", 1, LOG.public), "badKeyName"),
        ("space in the name", vkey("a b", 1, LOG.public), "badKeyName"),
        ("no-break space in the name", vkey("a\u00a0b", 1, LOG.public), "badKeyName"),
        ("newline in the name", vkey("a\nb", 1, LOG.public), "badKeyName"),
        ("key of 31 bytes", vkey(LOG.name, 1, LOG.public[:31]), "badVerifierKey"),
        ("key of 33 bytes", vkey(LOG.name, 1, LOG.public + b"\x00"), "badVerifierKey"),
        ("ML-DSA-44 is not supported", vkey(LOG.name, 6, bytes(1312)), "unsupportedKeyType"),
        ("ECDSA is not supported", vkey(LOG.name, 2, LOG.public), "unsupportedKeyType"),
        ("no padding", vkey(LOG.name, 1, LOG.public[:31]).rstrip("="), "notCanonicalBase64"),
        ("space at the end", LOG.vkey + " ", "notCanonicalBase64"),
    ]
    refused += [{"why": why, "vkey": text, "error": error} for why, text, error in bad]
    return {"good": good, "refused": refused}


def flip(line):
    """The same signature line with an unused low bit of its last base64 character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = line.rstrip("\n").rstrip("=")
    padding = line.rstrip("\n")[len(body) :]
    assert padding, "no unused bits"
    return body[:-1] + alphabet[alphabet.index(body[-1]) + 1] + padding + "\n"


def edges():
    """Signatures at the edges of Ed25519 as notes: those that verify, and those that do not. OpenSSL must say the same."""
    text = "Which signatures verify is one rule.\n"
    good, refused = [], []
    for why, public, signature, verifies in ed25519.edge_cases(text.encode()):
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
            assert verifies, why
        except InvalidSignature:
            assert not verifies, why
        name = "edge.example.org/log"
        key = vkey(name, 1, public)
        note = f"{text}\n\u2014 {name} {b64(key_id(name, 1, public) + signature)}\n"
        (good if verifies else refused).append((f"Ed25519: {why}", note, key))
    return good, refused


def notes():
    text = "A note.\n\nWith an empty line in its text, and ünïcödé.\n"
    log, other = LOG.sign(text), OTHER.sign(text)
    unknown = "".join(
        Key(f"unknown{i}.example", 1, f"unknown {i}").sign(text) for i in range(20)
    )
    wrong = LOG.line(LOG.private.sign(b"something else\n"))
    stamp = ALPHA.cosign(text, 1_767_225_600)
    far = ALPHA.line((2**63).to_bytes(8, "big") + ALPHA.private.sign(f"cosignature/v1\ntime {2**63}\n{text}".encode()))
    good = [
        ("one signature", text + "\n" + log, [LOG], [LOG]),
        ("two known", text + "\n" + log + other, [LOG, OTHER], [LOG, OTHER]),
        ("twenty unknown before", text + "\n" + unknown + log, [LOG], [LOG]),
        ("unknown is ignored even if it fails", text + "\n" + OTHER.line(bytes(64)) + log, [LOG], [LOG]),
        ("known ID under another name is unknown", text + "\n" + log.replace("parasol", "parasoI") + log, [LOG], [LOG]),
        ("twice the same line counts once", text + "\n" + log + log, [LOG], [LOG]),
        ("cosignature", text + "\n" + stamp, [ALPHA], [ALPHA]),
        ("unknown with a short blob", text + "\n" + f"\u2014 short {b64(b'12345')}\n" + log, [LOG], [LOG]),
    ]
    refused = [
        ("no known key", text + "\n" + other, [LOG], "noKnownSignature"),
        ("known key fails", text + "\n" + wrong, [LOG], "badSignature"),
        ("known key fails behind a good one", text + "\n" + log + wrong, [LOG], "badSignature"),
        ("other known key fails", text + "\n" + log + OTHER.line(bytes(64)), [LOG, OTHER], "badSignature"),
        ("changed text", text.replace("note", "nOte") + "\n" + log, [LOG], "badSignature"),
        ("signature of 63 bytes", text + "\n" + LOG.line(LOG.private.sign(text.encode())[:63]), [LOG], "badSignature"),
        ("cosignature time of 2^63", text + "\n" + far, [ALPHA], "badSignature"),
        ("cosignature with another time", text + "\n" + ALPHA.line((5).to_bytes(8, "big") + ALPHA.private.sign(f"cosignature/v1\ntime 6\n{text}".encode())), [ALPHA], "badSignature"),
        ("unused bits set in base64", text + "\n" + flip(log), [LOG], "notCanonicalBase64"),
        ("unused bits set in an unknown key's line", text + "\n" + flip(other) + log, [LOG], "notCanonicalBase64"),
        ("no empty line", text.replace("\n\n", "\n") + log, [LOG], "malformed"),
        ("no signature", text + "\n", [LOG], "malformed"),
        ("no final newline", (text + "\n" + log)[:-1], [LOG], "malformed"),
        ("empty", "", [LOG], "malformed"),
        ("hyphen for the dash", text + "\n" + log.replace("\u2014", "-"), [LOG], "malformed"),
        ("two spaces", text + "\n" + log.replace("\u2014 ", "\u2014  "), [LOG], "malformed"),
        ("blob of four bytes", text + "\n" + LOG.line(b"") + log, [LOG], "malformed"),
        ("plus in a name", text + "\n" + log.replace("parasol", "para+ol") + log, [LOG], "badKeyName"),
        ("tab", text.replace(" ", "\t", 1) + "\n" + log, [LOG], "notText"),
        ("carriage return", text + "\n" + log.replace("\n", "\r\n"), [LOG], "notText"),
        ("101 signatures", text + "\n" + log * 101, [LOG], "tooManySignatures"),
        ("too large", "x" * 65536 + "\n\n" + log, [LOG], "tooLarge"),
    ]
    verifying, failing = edges()
    return {
        "good": [
            {"why": w, "note": n, "keys": [k.vkey for k in ks], "verified": [k.vkey for k in vs]}
            for w, n, ks, vs in good
        ]
        + [{"why": w, "note": n, "keys": [k], "verified": [k]} for w, n, k in verifying],
        "refused": [{"why": w, "note": n, "keys": [k.vkey for k in ks], "error": e} for w, n, ks, e in refused]
        + [{"why": w, "note": n, "keys": [k], "error": "badSignature"} for w, n, k in failing],
        "not_utf8": (text.encode()[:7] + b"\xff\n\n" + log.encode()).hex(),
    }


def checkpoints():
    good_root = b64(root([leaf_hash(b"x")]))
    empty = b64(sha256(b""))
    good = [
        {"text": f"{LOG.name}\n1\n{good_root}\n", "origin": LOG.name, "size": "1"},
        {"text": f"{LOG.name}\n0\n{empty}\n", "origin": LOG.name, "size": "0"},
        {"text": f"go.sum database tree\n{2**63 - 1}\n{good_root}\nextension\n", "origin": "go.sum database tree", "size": str(2**63 - 1)},
    ]
    refused = [
        ("no origin", f"\n1\n{good_root}\n", "malformed"),
        ("two lines", f"{LOG.name}\n1\n", "malformed"),
        ("no final newline", f"{LOG.name}\n1\n{good_root}", "malformed"),
        ("empty extension line", f"{LOG.name}\n1\n{good_root}\n\n", "malformed"),
        ("leading zero", f"{LOG.name}\n01\n{good_root}\n", "notCanonicalDecimal"),
        ("sign", f"{LOG.name}\n+1\n{good_root}\n", "notCanonicalDecimal"),
        ("2^63", f"{LOG.name}\n{2**63}\n{good_root}\n", "notCanonicalDecimal"),
        ("2^64 + 1", f"{LOG.name}\n{2**64 + 1}\n{good_root}\n", "notCanonicalDecimal"),
        ("root of 31 bytes", f"{LOG.name}\n1\n{b64(bytes(31))}\n", "malformed"),
        ("unused bits in the root", f"{LOG.name}\n1\n{good_root[:-2] + chr(ord(good_root[-2]) + 1) + '='}\n", "malformed"),
        ("empty tree with a root", f"{LOG.name}\n0\n{good_root}\n", "emptyTreeWithRoot"),
    ]
    return {"good": good, "refused": [{"why": w, "text": t, "error": e} for w, t, e in refused]}


def policy_text(threshold):
    lines = [f"log {LOG.vkey} https://log.example.org/parasol"]
    lines += [f"witness {n} {k.vkey}" for n, k in zip(("alpha", "beta", "gamma"), WITNESSES)]
    return "\n".join(lines + [f"group members {threshold} alpha beta gamma", "quorum members"]) + "\n"


def proofs():
    count = 11
    entries = [b"entry %d" % i for i in range(count)]
    leaves = [leaf_hash(e) for e in entries]
    text = checkpoint_text(leaves)
    cosigned = text + "\n" + LOG.sign(text) + ALPHA.cosign(text, 1_767_225_600) + GAMMA.cosign(text, 1_767_225_601)
    single = text + "\n" + LOG.sign(text) + BETA.cosign(text, 1_767_225_600)
    unsigned = text + "\n" + ALPHA.cosign(text, 1) + GAMMA.cosign(text, 1)

    def proof(index, note=cosigned, extra=None, path=None, header="c2sp.org/tlog-proof@v1"):
        path = inclusion(index, leaves) if path is None else path
        lines = [header] + ([f"extra {b64(extra)}"] if extra is not None else []) + [f"index {index}"]
        return "\n".join(lines + [b64(h) for h in path]) + "\n\n" + note

    good = [{"index": i, "entry": entries[i].hex(), "proof": proof(i)} for i in range(count)]
    good.append({"index": 4, "entry": entries[4].hex(), "proof": proof(4, extra=b"anything")})
    path = inclusion(4, leaves)
    swapped = [path[1], path[0]] + path[2:]
    base = proof(4)
    refused = [
        ("another entry", proof(4), entries[5], "inclusionNotProved"),
        ("another index", proof(4).replace("index 4", "index 5"), entries[4], "inclusionNotProved"),
        ("index at the size", proof(4).replace("index 4", "index 11"), entries[4], "indexOutOfRange"),
        ("index with leading zero", proof(4).replace("index 4", "index 04"), entries[4], "notCanonicalDecimal"),
        ("hashes swapped", proof(4, path=swapped), entries[4], "inclusionNotProved"),
        ("hash missing", proof(4, path=path[:-1]), entries[4], "inclusionNotProved"),
        ("hash added", proof(4, path=path + [bytes(32)]), entries[4], "inclusionNotProved"),
        ("hash of 31 bytes", proof(4, path=path[:-1] + [bytes(31)]), entries[4], "malformed"),
        ("65 hashes", proof(4, path=[bytes(32)] * 65), entries[4], "pathTooLong"),
        ("one witness of three", proof(4, note=single), entries[4], "quorumNotMet"),
        ("no log signature", proof(4, note=unsigned), entries[4], "notSignedByLog"),
        ("another header", proof(4, header="c2sp.org/tlog-proof@v2"), entries[4], "malformed"),
        ("no index line", base.replace("index 4\n", ""), entries[4], "malformed"),
        ("extra behind the index", base.replace("index 4\n", "index 4\nextra YQ==\n"), entries[4], "malformed"),
        ("two extra lines", proof(4, extra=b"a").replace("extra YQ==\n", "extra YQ==\nextra YQ==\n"), entries[4], "malformed"),
        ("extra too long", proof(4, extra=bytes(4097)), entries[4], "tooLarge"),
        ("cut off", base[:100], entries[4], "malformed"),
        ("carriage returns", base.replace("\n", "\r\n"), entries[4], "malformed"),
    ]
    return {
        "policy": policy_text(2),
        "origin": LOG.name,
        "good": good,
        "refused": [{"why": w, "proof": p, "entry": e.hex(), "error": x} for w, p, e, x in refused],
    }


def policies():
    a, b, c = (k.vkey for k in WITNESSES)
    three = f"witness a {a}\nwitness b {b} https://b.example\nwitness c {c}\n"
    good = [
        ("none", f"log {LOG.vkey}\nquorum none\n", [("", True)]),
        ("comments, blanks, tabs, no final newline", f"# x\n\n  \nlog\t{LOG.vkey}\n{three}quorum  b", [("b", True), ("ac", False)]),
        ("any", three + "group g any a b c\nquorum g\n", [("", False), ("a", True), ("c", True)]),
        ("all", three + "group g all a b c\nquorum g\n", [("ab", False), ("abc", True)]),
        ("two of three", three + "group g 2 a b c\nquorum g\n", [("a", False), ("ab", True), ("bc", True), ("abc", True)]),
        ("nested", three + "group g all a b\ngroup h any g c\nquorum h\n", [("a", False), ("c", True), ("ab", True)]),
        ("unused witness", three + "quorum a\n", [("bc", False), ("a", True)]),
    ]
    refused = [
        ("empty", "", "missingQuorum"),
        ("two quorums", three + "quorum a\nquorum a\n", "repeatedQuorum"),
        ("quorum of nobody", three + "quorum d\n", "undefinedMember"),
        ("quorum before its name", "quorum a\n" + three, "undefinedMember"),
        ("unknown keyword", three + "witnes a\nquorum a\n", "unknownKeyword"),
        ("name twice", three + f"witness a {OTHER.vkey}\nquorum a\n", "reservedOrRepeatedName"),
        ("name none", f"witness none {a}\nquorum none\n", "reservedOrRepeatedName"),
        ("key twice", f"witness a {a}\nwitness b {a}\nquorum a\n", "repeatedKey"),
        ("key twice under another name", f"witness a {a}\nwitness b {vkey('x', 4, ALPHA.public)}\nquorum a\n", "repeatedKey"),
        ("log key twice", f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n", "repeatedKey"),
        ("log key as witness", f"witness a {LOG.vkey}\nquorum a\n", "badKey"),
        ("witness key as log", f"log {a}\nquorum none\n", "badKey"),
        ("broken key", f"log {LOG.vkey[:-4]}\nquorum none\n", "badKey"),
        ("threshold 0", three + "group g 0 a b\nquorum g\n", "badThreshold"),
        ("threshold 3 of 2", three + "group g 3 a b\nquorum g\n", "badThreshold"),
        ("threshold 02", three + "group g 02 a b\nquorum g\n", "badThreshold"),
        ("threshold -1", three + "group g -1 a b\nquorum g\n", "badThreshold"),
        ("member twice", three + "group g 1 a a\nquorum g\n", "repeatedMember"),
        ("member in two groups", three + "group g 1 a\ngroup h 1 a\nquorum g\n", "repeatedMember"),
        ("group of itself", three + "group g any g\nquorum g\n", "undefinedMember"),
        ("empty group", three + "group g all\nquorum g\n", "wrongFieldCount"),
        ("quorum of two", three + "quorum a b\n", "wrongFieldCount"),
        ("log without key", "log\nquorum none\n", "wrongFieldCount"),
        ("257 lines", "#\n" * 256 + "quorum none", "tooManyLines"),
    ]
    names = dict(zip("abc", (a, b, c)))
    return {
        "good": [
            {"why": w, "text": t, "cases": [{"cosigners": [names[n] for n in s], "met": m} for s, m in cs]}
            for w, t, cs in good
        ],
        "refused": [{"why": w, "text": t, "fault": f} for w, t, f in refused],
    }


def cosignatures():
    text = checkpoint_text([leaf_hash(b"x")])
    return {
        "text": text,
        "log_line": LOG.sign(text),
        "lines": [{"vkey": k.vkey, "time": t, "line": k.cosign(text, t)} for k, t in ((ALPHA, 0), (BETA, 1_767_225_600))],
    }


def main():
    vectors = {
        "about": {
            "text": "Trees (RFC 6962) and C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy. "
            "Written by Scripts/generate-transparency-log-vectors.py from the specifications."
        },
        "merkle": merkle(),
        "keys": keys(),
        "cosignatures": cosignatures(),
        "notes": notes(),
        "checkpoints": checkpoints(),
        "proofs": proofs(),
        "policies": policies(),
    }
    vectors = {name: bound(section) for name, section in vectors.items()}
    target = pathlib.Path(__file__).resolve().parent.parent / "Vectors" / "transparency-log.json"
    if len(sys.argv) > 1:
        target = pathlib.Path(sys.argv[1])
    target.write_text(json.dumps(vectors, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
