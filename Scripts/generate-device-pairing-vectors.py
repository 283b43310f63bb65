#!/usr/bin/env python3
"""Writes Vectors/device-pairing.json from Protocols/device-pairing.md and profile.md alone: pairings, and what is refused.

    Scripts/generate-device-pairing-vectors.py OUTPUT

The same bytes every time. Needs the PyPI package cryptography.
"""


from independent import hpke, pairing, recovery
from independent.generating import Stream, output, write
from independent.secp256k1 import N, Refused
from independent.vectors import bound

stream = Stream("device-pairing.json")

MADE_AT = 1_790_000_000_123_456
MINUTE = 60_000_000


def code(label):
    """The first code of a label that there is."""
    for number in range(99):
        found = stream(f"{label} code {number}", 16)
        if not 32 <= int.from_bytes(found, "big") % 37 <= 35:
            return found
    raise AssertionError(label)


def profile(kind, name):
    keys = {"signer": stream(name, 16), "signing_key": b"\x00" + stream(f"{name} key", 31),
            "receiving_key": b"\x00" + stream(f"{name} receiving key", 31)} if kind == "doctor" else {}
    assert all(int.from_bytes(key, "big") < N for key in keys.values())
    return {"kind": kind, "display_name": name, **keys}


class Pairing:
    """A pairing, everything random in it following from `name`."""

    def __init__(self, name, who, made_at=MADE_AT):
        self.profile, self.made_at, self.code = who, made_at, code(name)
        self.private = hpke.private_key(stream(f"{name} key", 32))
        self.private_octets = stream(f"{name} key", 32)
        kind = recovery.KINDS[who["kind"]]
        self.request = pairing.request(self.code, kind, made_at, hpke.public(self.private))
        self.contents = recovery.contents(who)
        self.answer = pairing.answer(hpke.private_key(stream(f"{name} ephemeral", 32)), self.code, self.request,
                                     self.contents)

    def case(self):
        assert pairing.open_answer(self.private, self.code, self.request, self.answer, self.made_at) == self.contents
        return {
            "kind": self.profile["kind"], "made_at": self.made_at, "code": self.code.hex(),
            "spelled": pairing.spelled(self.code), "private_key": self.private_octets.hex(),
            "request": self.request.hex(), "answer": self.answer.hex(),
            "profile": {key: value.hex() if isinstance(value, bytes) else value for key, value in self.profile.items()},
        }


ONE = Pairing("one", profile("patient", "Beatriz"))
TWO = Pairing("two", profile("doctor", "Amrit Kaur"))
THREE = Pairing("three", profile("member", "梧桐"), made_at=0)


def flipped(octets, place):
    changed = bytearray(octets)
    changed[place] ^= 1
    return bytes(changed)


def request_refusal(what, octets, now=MADE_AT, used=ONE.code):
    try:
        pairing.check(octets, used, now)
    except Refused as error:
        return bound({"what": what, "code": used.hex(), "now": now, "request": octets.hex(), "error": str(error)})
    raise AssertionError(f"{what}: accepted")


def answer_refusal(what, octets, now=MADE_AT, of=0):
    pair = (ONE, TWO, THREE)[of]
    try:
        pairing.open_answer(pair.private, pair.code, pair.request, octets, now)
    except Refused as error:
        return bound({"what": what, "of": of, "now": now, "answer": octets.hex(), "error": str(error)})
    raise AssertionError(f"{what}: accepted")


def refused_requests():
    good = ONE.request
    yield from (request_refusal(*case) for case in (
        ("another code", good, MADE_AT, TWO.code),
        ("another kind", good[:8] + b"\x03" + good[9:]),
        ("another time", flipped(good, 16)),
        ("another key", good[:17] + TWO.request[17:49] + good[49:]),
        ("another tag", flipped(good, 80)),
        ("another magic", flipped(good, 0)),
        ("kind 0", good[:8] + b"\x00" + good[9:]),
        ("kind 11", good[:8] + b"\x0b" + good[9:]),
        ("after the year 9999", good[:9] + b"\xff" * 8 + good[17:]),
        ("cut by a byte", good[:-1]),
        ("a byte too many", good + b"\x00"),
        ("nothing", b""),
        ("ten minutes and a microsecond old", good, MADE_AT + 10 * MINUTE + 1),
        ("two minutes and a microsecond ahead", good, MADE_AT - 2 * MINUTE - 1),
    ))


def refused_answers():
    good = ONE.answer
    under_another = pairing.answer(hpke.private_key(stream("thief", 32)), TWO.code, ONE.request, ONE.contents)
    base_mode = hpke.seal(hpke.private_key(stream("base", 32)), hpke.public(ONE.private),
                          b"parasol-pairing/v1\0" + ONE.request, ONE.contents)
    other_kind = pairing.answer(hpke.private_key(stream("kind", 32)), ONE.code, ONE.request, TWO.contents)
    earlier = Pairing("one", ONE.profile, made_at=MADE_AT - MINUTE)
    yield from (answer_refusal(*case) for case in (
        ("to another request", TWO.answer),
        ("to an earlier request with the same key and code", earlier.answer),
        ("under another code", under_another),
        ("without the code, in base mode",
         pairing.ANSWER_MAGIC + base_mode[0] + len(base_mode[1]).to_bytes(4, "big") + base_mode[1]),
        ("another kind of profile", other_kind),
        ("another encapsulated key", flipped(good, 8)),
        ("an encapsulated key of small order", good[:8] + bytes(32) + good[40:]),
        ("another ciphertext", flipped(good, 400)),
        ("another tag", flipped(good, len(good) - 1)),
        ("another length", flipped(good, 43)),
        ("another magic", flipped(good, 7)),
        ("cut by a byte", good[:-1]),
        ("a byte too many", good + b"\x00"),
        ("a request", ONE.request),
        ("too late", good, MADE_AT + 10 * MINUTE + 1),
    ))


def main():
    path = output(__doc__)
    cases = [ONE.case(), TWO.case(), THREE.case()]
    requests, answers = list(refused_requests()), list(refused_answers())
    document = {"device-pairing": {"cases": cases, "refused_requests": requests, "refused_answers": answers}}
    write(path, document, indent=2)
    print(f"{path}: {len(cases)} pairings, {len(requests)} requests and {len(answers)} answers that are refused")


if __name__ == "__main__":
    main()
