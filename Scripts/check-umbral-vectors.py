#!/usr/bin/env python3
"""Checks files of Umbral vectors, every field against every other, with an implementation that shares no code with ours.

    Scripts/check-umbral-vectors.py FILE…             exit 0 when everything holds, 1 on the first family that does not
    Scripts/check-umbral-vectors.py --self-test FILE   also changes one digit of every value in turn: each must be found

Families are `params`, `factory`, `signatures`, `cases` and `robustness`; a file may lack any of them, and robustness items without
cases are judged by their encoding alone, for want of keys. A field or a change that this script does not know is an error, because
it would go unchecked. Not checked, and left out of the self-test: the remarks `note`, and `result`, which is what implementations
said. Needs Python 3.9 and nothing else.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from independent import secp256k1 as curve  # noqa: E402
from independent import umbral  # noqa: E402
from independent import vectors  # noqa: E402
from independent.secp256k1 import G, N, Refused  # noqa: E402
from independent.umbral_changes import check_change, int32  # noqa: E402
from independent.umbral_self_test import self_test  # noqa: E402
from independent.vectors import need  # noqa: E402

REMARKS = ("note", "result")


def fields_of(values, where):
    return vectors.Fields(values, where, REMARKS)


def der(signature):
    """The DER form of r || s."""

    def integer(part):
        body = part.lstrip(b"\x00") or b"\x00"
        body = b"\x00" + body if body[0] & 0x80 else body
        return b"\x02" + bytes([len(body)]) + body

    body = integer(signature[:32]) + integer(signature[32:])
    return b"\x30" + bytes([len(body)]) + body


def check_params(values):
    fields = fields_of(values, "params")
    fields.equal("u_compressed", umbral.U_OCTETS)
    fields.equal("u_x", int32(umbral.U[0]))
    fields.equal("u_y", int32(umbral.U[1]))
    fields.finish()
    return 1


def make_secret(seed, label):
    return umbral.hkdf(seed, b"SECRET_DERIVATION/" + label, 64)


def check_factory(entries):
    for index, values in enumerate(entries):
        fields = fields_of(values, f"factory[{index}]")
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
        fields = fields_of(values, f"signatures[{index}]")
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
        self.f = fields_of(values, where)
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

    def first(self, kind):
        """The first object of a type, encoded."""
        return self.f.octets("capsule") if kind == "capsule" else self.f.list(kind + "s")[0]

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


def check_robustness(values, cases):
    """Items made from the valid ones of their type; `cases` is None where the file has none."""
    fields = fields_of(values, "robustness")
    index = fields.raw("context_case_index")
    need(type(index) is int and index >= 0, "robustness.context_case_index is not an index")
    items, valid = [], {}
    for place, raw in enumerate(fields.raw("items")):
        item = fields_of(raw, f"robustness.items[{place}]")
        kind, what, encoded = item.raw("type"), item.raw("what"), item.octets("bytes")
        need((kind, what) not in {(k, w) for _, k, w, _ in items}, f"{item.where} comes twice")
        if what == "valid":
            valid[kind] = encoded
        items.append((item, kind, what, encoded))
        item.finish()
    fields.finish()
    context = None
    if cases is not None:
        need(index < len(cases), "robustness.context_case_index is not a case")
        context = Case(cases[index], f"cases[{index}]")
        for kind, encoded in valid.items():
            need(encoded == context.first(kind), f"robustness: the valid {kind} is not the case's")
    for item, kind, what, encoded in items:
        need(kind in PARSERS, f"{item.where}.type is {kind!r}")
        need(kind in valid, f"robustness has no valid {kind} to compare with")
        check_change(kind, what, valid[kind], encoded, f"{item.where}.bytes")
        accepted = judge(kind, encoded, context)
        # Without keys a well-formed fragment can be neither accepted nor refused.
        need(accepted in (None, what == "valid"), f"{item.where} ({what}) is {'accepted' if accepted else 'refused'}")
    return len(items)


PARSERS = {"capsule": umbral.Capsule.parse, "kfrag": umbral.KeyFragment.parse, "cfrag": umbral.CapsuleFragment.parse}


def judge(kind, encoded, context):
    """Whether an object is accepted; None where that takes keys, and there is no case."""
    try:
        parsed = PARSERS[kind](encoded)
        if kind == "capsule":
            return True
        if context is None:
            return None
        keys = (context.verifying, context.delegating_pk, context.receiving_pk)
        parsed.verify(*([context.capsule] if kind == "cfrag" else []), *keys)
        return True
    except Refused:
        return False


FAMILIES = ("params", "factory", "signatures", "cases", "robustness")


def check_family(name, document):
    if name == "robustness":
        return check_robustness(document[name], document.get("cases"))
    return globals()["check_" + name](document[name])


def check_document(document, report):
    """The number of entries checked; refuses at the first that does not hold."""
    need(isinstance(document, dict), "the file is not a JSON object")
    unknown = sorted(set(document) - set(FAMILIES) - set(REMARKS))
    need(not unknown, f"sections that nothing here checks: {', '.join(unknown)}")
    present = [name for name in FAMILIES if name in document]
    need(present, "no known section")
    total = 0
    for name in present:
        count = check_family(name, document)
        total += count
        report(f"  {name}: {count} hold")
    return total


def silently(document):
    check_document(document, lambda _: None)


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
                print(f"  {self_test(document, silently, REMARKS)} changed values, each found")
        except (Refused, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            print(f"  FAILED: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
