#!/usr/bin/env python3
"""Writes Vectors/recovery-kit.json from Protocols/recovery-kit.md and profile.md alone: kits that open, and what must not.

    Scripts/generate-recovery-kit-vectors.py OUTPUT

The same bytes every time. Needs the PyPI package cryptography.
"""

import itertools

from independent import p256, recovery, secp256k1
from independent.generating import Stream, output, write
from independent.secp256k1 import N, Refused
from independent.vectors import bound

stream = Stream("recovery-kit.json")


def scalar(label):
    return int.from_bytes(stream(label, 32), "big") % (N - 1) + 1


def secret(label):
    return scalar(label).to_bytes(32, "big")


def signing_key(label):
    return (int.from_bytes(stream(label, 32), "big") % (p256.ORDER - 1) + 1).to_bytes(32, "big")


PROFILES = [
    {"kind": "patient", "display_name": "Beatriz", "folders": [{
        "id": stream("folder", 16), "name": "My heart", "created_at": 1_790_000_000_000_000,
        "signing_key": signing_key("folder signing key"), "verifying_secret": secret("verifying secret"),
        "share": secret("share")}]},
    {"kind": "doctor", "display_name": "Amrit Kaur", "signer": stream("doctor", 16),
     "signing_key": signing_key("doctor's key"), "receiving_key": secret("receiving key")},
    {"kind": "member", "display_name": "Saint Ursula", "signer": stream("member", 16),
     "signing_key": signing_key("member's key")},
]


def plain(value):
    """Bytes as digits, all the way down."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


class Kit:
    """A kit of `threshold` of `count`, everything random in it following from `name`."""

    def __init__(self, name, threshold, count, profile, cost=(4, 1, 1)):
        self.profile, self.threshold, self.count = profile, threshold, count
        self.coefficients = [scalar(f"{name} coefficient {power}") for power in range(threshold)]
        self.head = recovery.head(self.coefficients, count)
        self.identifier = recovery.identifier(self.head)
        key = self.coefficients[0].to_bytes(32, "big")
        self.file = self.head + recovery.seal_profile(
            profile, key, stream(f"{name} salt", 32), stream(f"{name} nonce", 12), cost)
        self.shares = [self.share(index) for index in range(1, count + 1)]

    def share(self, index):
        return recovery.share(self.identifier, index, recovery.polynomial(self.coefficients, index))

    def case(self):
        for chosen in ([self.shares[:self.threshold], self.shares[::-1]] if self.count > 5 else
                       itertools.combinations(self.shares, self.threshold)):
            assert recovery.open_kit(self.file, chosen) == recovery.contents(self.profile)
        return {
            "threshold": self.threshold, "count": self.count,
            "coefficients": [a.to_bytes(32, "big").hex() for a in self.coefficients],
            "identifier": self.identifier.hex(), "shares": self.shares, "kit": self.file.hex(),
            "profile": plain(self.profile),
        }


def refusal(what, kit, shares):
    """A kit (the place of a case, or bytes) that these shares must not open, and why, as the second implementation has it."""
    file = KITS[kit].file if isinstance(kit, int) else kit
    try:
        recovery.open_kit(file, shares)
    except Refused as error:
        name, *number = str(error).split(" ")
        values = {"what": what, **({"of": kit} if isinstance(kit, int) else {"kit": kit.hex()}),
                  "shares": shares, "error": name}
        return bound({**values, "number": int(number[0])} if number else values)
    raise AssertionError(f"{what}: opens")


def flipped(octets, place):
    changed = bytearray(octets)
    changed[place] ^= 1
    return bytes(changed)


def mistyped(text, place):
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1:]


KITS = [Kit("a", 2, 3, PROFILES[0]), Kit("b", 3, 5, PROFILES[1]), Kit("c", 2, 2, PROFILES[2]),
        Kit("d", 16, 16, PROFILES[1]), Kit("e", 2, 16, PROFILES[0], cost=(5, 1, 1))]


def refusals():
    first, second, sixteen = KITS[0], KITS[1], KITS[4]
    one, two, three = first.shares
    forged = recovery.share(first.identifier, 2, recovery.polynomial(first.coefficients, 3))
    beyond = recovery.share(first.identifier, 4, recovery.polynomial(first.coefficients, 4))
    point = secp256k1.encode(secp256k1.multiply(7, secp256k1.G))
    off_curve = next(bytes([2]) + x.to_bytes(32, "big") for x in range(5, 99) if not decodes(x))
    head = len(first.head)
    yield from (refusal(*case) for case in (
        ("no share", 0, []),
        ("one of two", 0, [three]),
        ("two of three", 1, second.shares[3:]),
        ("fifteen of sixteen", 3, KITS[3].shares[1:]),
        ("the same share twice", 0, [two, two]),
        ("a share of another kit", 0, [one, second.shares[1]]),
        ("all shares of another kit", 1, sixteen.shares[:3]),
        ("enough shares, and one of another kit", 0, [one, two, second.shares[4]]),
        ("another share's value", 0, [one, forged]),
        ("enough shares, and one forged", 0, [one, three, forged]),
        ("a value beside the right one", 0, [recovery.share(
            first.identifier, 1, recovery.polynomial(first.coefficients, 1) + 1), two]),
        ("a share that was never made, on the polynomial", 0, [one, beyond]),
        ("the key itself as share 1", 0, [recovery.share(first.identifier, 1, first.coefficients[0]), two]),
        ("share 0", 0, [recovery.share(first.identifier, 0, first.coefficients[0]), two]),
        ("share 17", 4, [sixteen.shares[0], recovery.share(
            sixteen.identifier, 17, recovery.polynomial(sixteen.coefficients, 17))]),
        ("a value of zero", 0, [one, recovery.share(first.identifier, 2, 0)]),
        ("a value of n", 0, [one, recovery.share(first.identifier, 2, N)]),
        ("a value above n", 0, [one, recovery.share(first.identifier, 2, b"\xff" * 32)]),
        ("version 2", 0, [recovery.share(first.identifier, 1, recovery.polynomial(first.coefficients, 1), 2), two]),
        ("a mistyped version", 0, [mistyped(one, 1), two]),
        ("a mistyped identifier", 0, [mistyped(one, 7), two]),
        ("a mistyped number", 0, [mistyped(one, 13), two]),
        ("a mistyped value", 0, [one, mistyped(two, 50)]),
        ("a mistyped checksum", 0, [one, mistyped(two, len(two) - 1)]),
        ("two digits exchanged", 0, [one, exchanged(two)]),
        ("a digit too few", 0, [one[:-1], two]),
        ("a digit too many", 0, [one + "0", two]),
        ("a letter that is no digit", 0, [one[:-1] + "g", two]),
        ("nothing", 0, ["", two]),
        ("1 of 3", first.head[:8] + bytes([1, 3]) + point + first.file[head:], [one]),
        ("0 of 3", first.head[:8] + bytes([0, 3]) + first.file[head:], []),
        ("4 of 3", first.head[:8] + bytes([4, 3]) + point * 4 + b"\x00", []),
        ("2 of 17", first.head[:8] + bytes([2, 17]) + point * 2 + b"\x00", []),
        ("a point off the curve", first.head[:10] + off_curve + point + b"\x00", []),
        ("an uncompressed point", first.head[:10] + b"\x04" + point[1:] + point + b"\x00", []),
        ("another magic", flipped(first.file[:200], 7), [one, two]),
        ("cut off in its head", first.head[:-1], [one, two]),
        ("without a profile", first.head, [one, two]),
        ("no byte", b"", [one, two]),
        ("another number of shares", flipped(first.file[:head + 80], 9)[:head + 80], [one, two]),
        ("another commitment", first.head[:10] + point + first.head[43:] + first.file[head:head + 80], [one, two]),
        ("the profile's header cut off", first.file[:head + 63], [one, two]),
        ("another salt", flipped(first.file, head + 20), [one, two]),
        ("another ciphertext", flipped(first.file, head + 64 + 100), [two, three]),
        ("another tag", flipped(first.file, len(first.file) - 1), [three, one]),
        ("a byte too many", first.file + b"\x00", [one, two]),
        ("another kit's profile", first.head + KITS[2].file[len(KITS[2].head):], [one, two]),
    ))


def decodes(x):
    try:
        return secp256k1.decode(bytes([2]) + x.to_bytes(32, "big"))
    except Refused:
        return None


def exchanged(text):
    """Two neighbouring digits that differ, in each other's place."""
    place = next(place for place in range(20, len(text)) if " " not in text[place:place + 2]
                 and text[place] != text[place + 1])
    return text[:place] + text[place + 1] + text[place] + text[place + 2:]


def main():
    path = output(__doc__)
    cases, refused = [kit.case() for kit in KITS], list(refusals())
    write(path, {"recovery-kit": {"cases": cases, "refused": refused}}, indent=2)
    print(f"{path}: {len(cases)} kits, {len(refused)} that must not open")


if __name__ == "__main__":
    main()
