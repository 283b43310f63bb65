#!/usr/bin/env python3
"""Checks a file of Umbral vectors, every field against every other, with an implementation that shares no code with ours.

    Scripts/check-umbral-vectors.py FILE…             exit 0 when everything holds, 1 on the first family that does not
    Scripts/check-umbral-vectors.py --self-test FILE   also changes one digit of every value in turn: each must be found

Families are `params`, `factory`, `signatures`, `cases` and `robustness`; a file may lack some. A field that this script does not
know is an error, because it would go unchecked. Needs Python 3.9 and nothing else.
"""

import argparse
import copy
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from independent import secp256k1 as curve  # noqa: E402
from independent import umbral  # noqa: E402
from independent.secp256k1 import G, N, Refused  # noqa: E402
from independent.umbral import need  # noqa: E402

REMARKS = {"note", "what", "result"}


class Fields:
    """A dictionary whose every field must be asked for."""

    def __init__(self, values, where):
        need(isinstance(values, dict), f"{where} is not an object")
        self.values, self.where, self.asked = values, where, set(REMARKS)

    def __contains__(self, name):
        return name in self.values

    def raw(self, name):
        need(name in self.values, f"{self.where} lacks {name}")
        self.asked.add(name)
        return self.values[name]

    def octets(self, name):
        return octets(self.raw(name), f"{self.where}.{name}")

    def list(self, name):
        return [octets(text, f"{self.where}.{name}") for text in self.raw(name)]

    def fields(self, name):
        return Fields(self.raw(name), f"{self.where}.{name}")

    def equal(self, name, value):
        """The field holds exactly this: bytes, a list of bytes, or a plain value."""
        found = self.raw(name)
        if isinstance(value, bytes):
            value = value.hex()
        elif isinstance(value, list):
            value = [item.hex() for item in value]
        need(found == value and type(found) is type(value), f"{self.where}.{name} is {found}, not {value}")

    def finish(self):
        unknown = sorted(set(self.values) - self.asked)
        need(not unknown, f"{self.where} has fields that nothing here checks: {', '.join(unknown)}")


def octets(text, where):
    need(isinstance(text, str) and text == text.lower(), f"{where} is not lowercase hex")
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise Refused(f"{where} is not hex") from None
    need(value.hex() == text, f"{where} is not plain hex")
    return value


def int32(value):
    return value.to_bytes(32, "big")


def der(signature):
    """The DER form of r || s."""

    def integer(part):
        body = part.lstrip(b"\x00") or b"\x00"
        body = b"\x00" + body if body[0] & 0x80 else body
        return b"\x02" + bytes([len(body)]) + body

    body = integer(signature[:32]) + integer(signature[32:])
    return b"\x30" + bytes([len(body)]) + body


def check_params(values):
    fields = Fields(values, "params")
    fields.equal("u_compressed", umbral.U_OCTETS)
    fields.equal("u_x", int32(umbral.U[0]))
    fields.equal("u_y", int32(umbral.U[1]))
    fields.finish()
    return 1


def make_secret(seed, label):
    return umbral.hkdf(seed, b"SECRET_DERIVATION/" + label, 64)


def check_factory(entries):
    for index, values in enumerate(entries):
        fields = Fields(values, f"factory[{index}]")
        seed, label = fields.octets("seed"), fields.octets("label")
        need(len(seed) == 32, f"{fields.where}.seed is not 32 bytes")
        info = b"KEY_DERIVATION/" + label
        fields.equal("make_key", int32(umbral.hash_to_scalar(info, umbral.hkdf(seed, info, 64))))
        fields.equal("make_secret", make_secret(seed, label))
        inner = umbral.hkdf(seed, b"FACTORY_DERIVATION/" + label, 32)
        if "derived" in fields:
            derived = fields.fields("derived")
            derived.equal("make_factory_seed", inner)
            derived.finish()
        fields.equal("make_factory_then_make_secret_same_label", make_secret(inner, label))
        fields.finish()
    return len(entries)


def check_signatures(entries):
    for index, values in enumerate(entries):
        fields = Fields(values, f"signatures[{index}]")
        key, message, signature = curve.scalar(fields.octets("sk")), fields.octets("message"), fields.octets("be")
        public = curve.multiply(key, G)
        fields.equal("pk", curve.encode(public))
        need(len(signature) == 64, f"{fields.where}.be is not 64 bytes")
        curve.verify(public, message, signature)
        fields.equal("der", der(signature))
        if "derived" in fields:
            derived = fields.fields("derived")
            derived.equal("rfc6979_plain_be", curve.sign(key, message))
            derived.finish()
        fields.finish()
    return len(entries)


class Case:
    """One delegation from keys to opened plaintext."""

    def __init__(self, values, where):
        self.f = Fields(values, where)
        self.t, self.n = self.f.raw("threshold"), self.f.raw("shares")
        self.flags = (self.f.raw("sign_delegating_key"), self.f.raw("sign_receiving_key"))
        for value, kind in ((self.t, int), (self.n, int), (self.flags[0], bool), (self.flags[1], bool)):
            need(type(value) is kind, f"{where}: threshold and shares are integers, flags booleans")
        need(1 <= self.t <= self.n <= 255, f"{where}: not 1 <= threshold <= shares <= 255")
        self.a = curve.scalar(self.f.octets("delegating_sk"))
        self.b = curve.scalar(self.f.octets("receiving_sk"))
        self.delegating_pk = curve.encode(curve.multiply(self.a, G))
        self.receiving_pk = curve.encode(curve.multiply(self.b, G))
        self.verifying = curve.multiply(curve.scalar(self.f.octets("signing_sk")), G)
        self.capsule = umbral.Capsule.parse(self.f.octets("capsule"))
        self.kfrags = [umbral.KeyFragment.parse(octets) for octets in self.f.list("kfrags")]
        self.cfrags = [umbral.CapsuleFragment.parse(octets) for octets in self.f.list("cfrags")]

    def check(self):
        fields = self.f
        fields.equal("delegating_pk", self.delegating_pk)
        fields.equal("receiving_pk", self.receiving_pk)
        fields.equal("verifying_pk", curve.encode(self.verifying))
        fields.equal("capsule_simple", self.capsule.simple)
        sum_point = curve.add(curve.decode(self.capsule.e), curve.decode(self.capsule.v))
        seed = curve.encode(curve.multiply(self.a, sum_point))
        plaintext = umbral.dem_open(seed, self.capsule, fields.octets("ciphertext"))
        fields.equal("plaintext", plaintext)
        shared, d, coordinates = self.check_kfrags()
        self.check_cfrags(seed, d, coordinates)
        fields.equal("cfrags_simple", [cfrag.simple for cfrag in self.cfrags])
        evidence = self.cfrags[0].evidence(self.capsule, self.verifying, self.delegating_pk, self.receiving_pk)
        fields.equal("evidence_cfrag0", evidence[0])
        fields.equal("evidence_message_hash", evidence[1])
        fields.equal("evidence_v", bool(evidence[2]))
        if "derived" in fields:
            derived = fields.fields("derived")
            h = umbral.hash_to_scalar(b"CAPSULE_POINTS", self.capsule.e, self.capsule.v)
            derived.equal("capsule_h", int32(h))
            derived.equal("key_seed", seed)
            derived.equal("dem_key", umbral.dem_key(seed))
            derived.equal("dh_point", shared)
            derived.equal("d", int32(d))
            derived.equal("share_x_first_t", [int32(x) for x in coordinates[: self.t]])
            derived.equal("cfrag0_challenge_h", int32(self.cfrags[0].challenge(self.capsule)))
            derived.finish()
        fields.finish()

    def check_kfrags(self):
        """All fragments on one polynomial of degree t-1 through a·d⁻¹; (DH point, d, the coordinates)."""
        where = self.f.where
        need(len(self.kfrags) == self.n, f"{where}: {len(self.kfrags)} kfrags, not {self.n}")
        precursor = self.kfrags[0].precursor
        shared = curve.encode(curve.multiply(self.b, curve.decode(precursor)))
        d = umbral.hash_to_scalar(b"SHARED_SECRET", precursor, self.receiving_pk, shared)
        coordinates = []
        for kfrag in self.kfrags:
            need(kfrag.precursor == precursor, f"{where}: kfrags of different grants")
            flags = (kfrag.signs_delegating_key, kfrag.signs_receiving_key)
            need(flags == self.flags, f"{where}: a kfrag's flags differ from the case's")
            kfrag.verify(self.verifying, self.delegating_pk, self.receiving_pk)
            coordinates.append(umbral.share_coordinate(precursor, self.receiving_pk, shared, kfrag.id))
        need(len(set(coordinates)) == self.n, f"{where}: a kfrag id is repeated")
        first, keys = coordinates[: self.t], [curve.scalar(kfrag.key) for kfrag in self.kfrags]

        def polynomial(at):
            return sum(umbral.lagrange(first, i, at) * keys[i] for i in range(self.t)) % N

        need(polynomial(0) * d % N == self.a, f"{where}: the kfrags do not share a·d⁻¹")
        for coordinate, key in zip(coordinates, keys):
            need(polynomial(coordinate) == key, f"{where}: a kfrag is not on the polynomial")
        return shared, d, coordinates

    def check_cfrags(self, seed, d, coordinates):
        """Each cfrag is its kfrag's transform of the capsule, and the first t and the last t open it."""
        where = self.f.where
        need(len(self.cfrags) == self.n, f"{where}: {len(self.cfrags)} cfrags, not {self.n}")
        points = []
        for kfrag, cfrag in zip(self.kfrags, self.cfrags):
            for name in ("id", "precursor", "commitment"):
                need(getattr(kfrag, name) == getattr(cfrag, name), f"{where}: a cfrag's {name} is not its kfrag's")
            need(kfrag.receiver_signature == cfrag.signature, f"{where}: a cfrag's signature is not its kfrag's")
            key = curve.scalar(kfrag.key)
            for name, base, image in (("E1", self.capsule.e, cfrag.e1), ("V1", self.capsule.v, cfrag.v1)):
                transformed = curve.encode(curve.multiply(key, curve.decode(base)))
                need(transformed == image, f"{where}: {name} is not rk·{name[0]}")
            cfrag.verify(self.capsule, self.verifying, self.delegating_pk, self.receiving_pk)
            points.append(curve.add(curve.decode(cfrag.e1), curve.decode(cfrag.v1)))
        for chosen in (range(self.t), range(self.n - self.t, self.n)):
            xs = [coordinates[i] for i in chosen]
            terms = [(umbral.lagrange(xs, place), points[i]) for place, i in enumerate(chosen)]
            opened = curve.multiply(d, curve.combine(*terms))
            need(curve.encode(opened) == seed, f"{where}: t cfrags do not open the capsule")


def check_cases(entries):
    for index, values in enumerate(entries):
        Case(values, f"cases[{index}]").check()
    return len(entries)


def bits(a, b):
    """How many bits differ between byte strings of one length; -1 for different lengths."""
    return -1 if len(a) != len(b) else sum(bin(x ^ y).count("1") for x, y in zip(a, b))


def mutation_holds(what, valid, item):
    """Whether `item` is what its name says, made from `valid`. Names that are not listed are not constrained."""
    flips = {
        "last byte of s flipped": range(len(valid) - 1, len(valid)),
        "sign of V flipped": range(38, 39),
        "e1 sign flipped": range(3, 4),
        "z flipped": range(len(valid) - 98, len(valid) - 66),
        "kfrag id flipped": range(73, 105),
        "key flipped": range(73, 105),
    }
    if what in flips:
        changed = [i for i, (x, y) in enumerate(zip(valid, item)) if x != y]
        return bits(valid, item) == 1 and changed[0] in flips[what]

    def long_point(field):
        return b"\xc4\x41\x04" + b"".join(int32(c) for c in curve.decode(field))

    e, v, s = valid[3:36], valid[38:71], valid[71:]
    exact = {
        "valid": lambda: valid,
        "trailing byte": lambda: valid + b"\x00",
        "truncated": lambda: valid[:-1],
        "uncompressed points": lambda: b"\x93" + long_point(e) + long_point(v) + s,
        "array16 header": lambda: b"\xdc\x00\x03" + valid[1:],
        "map with field names": lambda: (
            b"\x83\xa7point_e\xc4\x21" + e + b"\xa7point_v\xc4\x21" + v + b"\xa9signature" + s
        ),
        "identity points, s=0": lambda: b"\x93\xc4\x01\x00\xc4\x01\x00\xc4\x20" + bytes(32),
        "s not reduced (2^256-1)": lambda: valid[:-32] + b"\xff" * 32,
        "two elements": lambda: b"\x92" + valid[1:71],
        "kfrag signature high-S": lambda: valid[:-32] + int32(N - int.from_bytes(valid[-32:], "big")),
        "kfrag signature r=0": lambda: valid[:-64] + bytes(32) + valid[-32:],
        "e1 identity": lambda: b"\x95\xc4\x01\x00" + valid[36:],
        "flags swapped": lambda: valid[:-2] + valid[:-3:-1],
        "params.u = G": lambda: valid[:4] + curve.encode(G) + valid[37:],
    }
    return what not in exact or exact[what]() == item


def check_robustness(values, cases):
    fields = Fields(values, "robustness")
    index = fields.raw("context_case_index")
    need(type(index) is int and 0 <= index < len(cases), "robustness.context_case_index is not a case")
    context = Case(cases[index], f"cases[{index}]")
    keys = (context.verifying, context.delegating_pk, context.receiving_pk)
    checks = {
        "capsule": umbral.Capsule.parse,
        "kfrag": lambda item: umbral.KeyFragment.parse(item).verify(*keys),
        "cfrag": lambda item: umbral.CapsuleFragment.parse(item).verify(context.capsule, *keys),
    }
    valid = {
        "capsule": context.f.octets("capsule"),
        "kfrag": context.f.list("kfrags")[0],
        "cfrag": context.f.list("cfrags")[0],
    }
    items = fields.raw("items")
    for place, raw in enumerate(items):
        item = Fields(raw, f"robustness.items[{place}]")
        kind, what, bytes_ = item.raw("type"), item.raw("what"), item.octets("bytes")
        need(kind in checks, f"{item.where}.type is {kind!r}")
        need(mutation_holds(what, valid[kind], bytes_), f"{item.where}.bytes are not what they are said to be ({what})")
        try:
            checks[kind](bytes_)
            accepted = True
        except Refused:
            accepted = False
        need(accepted == (what == "valid"), f"{item.where} ({what}) is {'accepted' if accepted else 'refused'}")
        item.finish()
    fields.finish()
    return len(items)


FAMILIES = ("params", "factory", "signatures", "cases", "robustness")


def check_family(name, document):
    if name == "robustness":
        return check_robustness(document[name], document.get("cases", []))
    return globals()["check_" + name](document[name])


def check_document(document, report):
    """The number of entries checked; refuses at the first that does not hold."""
    need(isinstance(document, dict), "the file is not a JSON object")
    unknown = sorted(set(document) - set(FAMILIES) - REMARKS)
    need(not unknown, f"sections that nothing here checks: {', '.join(unknown)}")
    present = [name for name in FAMILIES if name in document]
    need(present, "no known section")
    total = 0
    for name in present:
        count = check_family(name, document)
        total += count
        report(f"  {name}: {count} hold")
    return total


def places(value, path=()):
    """Paths of everything in a document that must not be changed unnoticed."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in REMARKS:
                yield from places(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, path + (index,))
    else:
        yield path


def changed(value):
    """A value of the same kind, and another."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    middle = len(value) // 2
    return value[:middle] + ("1" if value[middle] == "0" else "0") + value[middle + 1 :] if value else "00"


def robustness_piece(document):
    """The robustness items with the one case that they are made from, as a list of at most one document."""
    if "robustness" not in document:
        return []
    context = document["cases"][document["robustness"]["context_case_index"]]
    return [{"cases": [context], "robustness": {**document["robustness"], "context_case_index": 0}}]


def self_test(document):
    """Changes one digit of every value in turn, in the smallest document that holds it; each change must be found."""
    pieces = []
    for name in ("params", "factory", "signatures"):
        if name in document:
            one = document[name] if name == "params" else document[name][:1]
            pieces.append({name: one})
    cases = document.get("cases", [])
    if cases:
        small = min(cases, key=lambda case: (case["shares"], case["threshold"]))
        wide = min((case for case in cases if case["threshold"] > 1), default=small, key=lambda case: case["shares"])
        pieces += [{"cases": [case]} for case in ([small] if wide is small else [small, wide])]
    tried = 0
    for piece in pieces + robustness_piece(document):
        check_document(piece, lambda _: None)
        for path in places(piece):
            if "robustness" in piece and path[0] != "robustness":
                continue
            mutant = copy.deepcopy(piece)
            holder = mutant
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = changed(holder[path[-1]])
            tried += 1
            try:
                check_document(mutant, lambda _: None)
            except Refused:
                continue
            raise Refused(f"a changed digit in {path} was not found")
    return tried


def main():
    parser = argparse.ArgumentParser(description="Checks files of Umbral vectors independently.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--self-test", action="store_true", help="also change one digit of every value: each must be found")
    options = parser.parse_args()
    for path in options.files:
        print(path)
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            total = check_document(document, print)
            print(f"  {total} entries checked")
            if options.self_test:
                print(f"  {self_test(document)} changed values, each found")
        except (Refused, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            print(f"  FAILED: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
