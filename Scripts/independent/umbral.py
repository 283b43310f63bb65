"""The Umbral scheme from Protocols/umbral.md: strict parsing of its byte forms and every equation a value must satisfy.

Point and scalar fields of parsed values are kept as bytes beside their decoded form, because hashes run over bytes.
"""

import hashlib
import hmac
from dataclasses import dataclass

from . import secp256k1 as curve
from . import xchacha20poly1305 as aead
from .secp256k1 import G, N
from .vectors import need

U = curve.hash_to_curve(b"POINT_U", b"PARAMETERS")
U_OCTETS = curve.encode(U)


def hash_to_scalar(tag, *parts):
    """H(tag, parts…): never zero."""
    digest = hashlib.sha256(len(tag).to_bytes(4, "big") + tag + b"".join(parts)).digest()
    return int.from_bytes(digest, "big") % (N - 1) + 1


def hkdf(material, info, size):
    """HKDF-SHA256 (RFC 5869) without salt."""
    extracted = hmac.digest(bytes(32), material, "sha256")
    block, output = b"", b""
    for index in range(1, -(-size // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([index]), "sha256")
        output += block
    return output[:size]


class Cursor:
    """Reads the canonical MessagePack forms; anything else is refused."""

    def __init__(self, octets):
        self.octets, self.offset = octets, 0

    def exactly(self, expected):
        need(self.take(len(expected)) == expected, f"expected {expected.hex()} at byte {self.offset - len(expected)}")

    def take(self, count):
        need(self.offset + count <= len(self.octets), f"truncated at byte {len(self.octets)}")
        self.offset += count
        return self.octets[self.offset - count : self.offset]

    def bin(self, size):
        self.exactly(bytes([0xC4, size]))
        return self.take(size)

    def point(self):
        octets = self.bin(33)
        curve.decode(octets)
        return octets

    def scalar(self):
        octets = self.bin(32)
        curve.scalar(octets)
        return octets

    def signature(self):
        octets = self.bin(64)
        curve.scalar(octets[:32])
        need(curve.scalar(octets[32:]) <= N // 2, "signature has a high s")
        return octets

    def boolean(self):
        octet = self.take(1)
        need(octet in (b"\xc2", b"\xc3"), f"not a boolean at byte {self.offset - 1}")
        return octet == b"\xc3"

    def end(self):
        need(self.offset == len(self.octets), f"bytes after the value, from byte {self.offset}")


@dataclass
class Capsule:
    e: bytes
    v: bytes
    s: bytes

    @staticmethod
    def parse(octets):
        cursor = Cursor(octets)
        cursor.exactly(b"\x93")
        capsule = Capsule(cursor.point(), cursor.point(), cursor.scalar())
        cursor.end()
        h = hash_to_scalar(b"CAPSULE_POINTS", capsule.e, capsule.v)
        right = curve.combine((1, curve.decode(capsule.v)), (h, curve.decode(capsule.e)))
        need(curve.multiply(curve.scalar(capsule.s), G) == right, "capsule: s·G is not V + h·E")
        return capsule

    @property
    def simple(self):
        return self.e + self.v + self.s


@dataclass
class KeyFragment:
    id: bytes
    key: bytes
    precursor: bytes
    commitment: bytes
    proxy_signature: bytes
    receiver_signature: bytes
    signs_delegating_key: bool
    signs_receiving_key: bool

    @staticmethod
    def parse(octets):
        cursor = Cursor(octets)
        cursor.exactly(b"\x95\x91")
        need(cursor.point() == U_OCTETS, "kfrag: foreign parameter U")
        head = [cursor.bin(32), cursor.scalar(), cursor.point()]
        cursor.exactly(b"\x95")
        tail = [cursor.point(), cursor.signature(), cursor.signature(), cursor.boolean(), cursor.boolean()]
        cursor.end()
        return KeyFragment(*head, *tail)

    def verify(self, verifying, delegating_pk, receiving_pk):
        """What a proxy checks; the keys are bytes."""
        need(curve.encode(curve.multiply(curve.scalar(self.key), U)) == self.commitment, "kfrag: U1 is not rk·U")
        flagged = (
            delegating_pk if self.signs_delegating_key else None,
            receiving_pk if self.signs_receiving_key else None,
        )
        curve.verify(verifying, fragment_message(self, *flagged), self.proxy_signature)
        curve.verify(verifying, fragment_message(self, delegating_pk, receiving_pk), self.receiver_signature)


def fragment_message(fragment, delegating_pk, receiving_pk):
    """M(D?, B?): what signs a fragment."""
    keys = b"".join(b"\x00" if key is None else b"\x01" + key for key in (delegating_pk, receiving_pk))
    return fragment.id + fragment.commitment + fragment.precursor + keys


@dataclass
class CapsuleFragment:
    e1: bytes
    v1: bytes
    id: bytes
    precursor: bytes
    e2: bytes
    v2: bytes
    commitment: bytes
    u2: bytes
    z: bytes
    signature: bytes

    @staticmethod
    def parse(octets):
        cursor = Cursor(octets)
        cursor.exactly(b"\x95")
        head = [cursor.point(), cursor.point(), cursor.bin(32), cursor.point()]
        cursor.exactly(b"\x96")
        tail = [cursor.point() for _ in range(4)] + [cursor.scalar(), cursor.signature()]
        cursor.end()
        return CapsuleFragment(*head, *tail)

    @property
    def simple(self):
        return b"".join(
            (self.e1, self.v1, self.id, self.precursor, self.e2, self.v2, self.commitment, self.u2, self.z, self.signature)
        )

    def challenge(self, capsule):
        return hash_to_scalar(
            b"CFRAG_VERIFICATION",
            *(capsule.e, self.e1, self.e2, capsule.v, self.v1, self.v2, U_OCTETS, self.commitment, self.u2),
        )

    def verify(self, capsule, verifying, delegating_pk, receiving_pk):
        """The signature and the three equations of the proof; answers the parity of the signature's nonce point."""
        parity = curve.verify(verifying, fragment_message(self, delegating_pk, receiving_pk), self.signature)
        h, z = self.challenge(capsule), curve.scalar(self.z)
        for name, base, one, two in (
            ("E", capsule.e, self.e1, self.e2),
            ("V", capsule.v, self.v1, self.v2),
            ("U", U_OCTETS, self.commitment, self.u2),
        ):
            right = curve.combine((1, curve.decode(two)), (h, curve.decode(one)))
            need(curve.multiply(z, curve.decode(base)) == right, f"cfrag: the proof's equation for {name} does not hold")
        return parity

    def evidence(self, capsule, verifying, delegating_pk, receiving_pk):
        """(bytes of the evidence, message hash, parity)."""
        parity = self.verify(capsule, verifying, delegating_pk, receiving_pk)
        h, z = self.challenge(capsule), curve.scalar(self.z)

        def times(k, octets):
            return curve.encode(curve.multiply(k, curve.decode(octets)))

        points = []
        for base, one, two in ((capsule.e, self.e1, self.e2), (capsule.v, self.v1, self.v2)):
            points += [base, times(z, base), one, times(h, one), two]
        points += [times(z, U_OCTETS), self.commitment, times(h, self.commitment), self.u2]
        digest = hashlib.sha256(fragment_message(self, delegating_pk, receiving_pk)).digest()
        body = b"".join(b"\xc4\x21" + point for point in points)
        return b"\xdc\x00\x10" + body + b"\xc4\x20" + digest + (b"\xc3" if parity else b"\xc2"), digest, parity


def share_coordinate(precursor, receiving_pk, shared, identifier):
    """The x-coordinate of a fragment on the sharing polynomial."""
    return hash_to_scalar(b"POLYNOMIAL_ARG", precursor, receiving_pk, shared, identifier)


def lagrange(coordinates, index, at=0):
    """The Lagrange coefficient of coordinate `index`, evaluated at `at`."""
    numerator = denominator = 1
    for other, value in enumerate(coordinates):
        if other != index:
            numerator = numerator * (at - value) % N
            denominator = denominator * (coordinates[index] - value) % N
    need(denominator, "two fragments share a coordinate")
    return numerator * pow(denominator, -1, N) % N


def dem_key(seed):
    """The one-shot cipher's key from the 33-byte seed."""
    return hkdf(seed, b"", 32)


def dem_open(seed, capsule, ciphertext):
    """The one-shot cipher's plaintext, refused where its tag does not hold."""
    need(len(ciphertext) >= 40, "ciphertext is shorter than nonce and tag")
    plaintext = aead.open_sealed(dem_key(seed), ciphertext[:24], ciphertext[24:], capsule.simple)
    need(plaintext is not None, "ciphertext: the tag does not hold")
    return plaintext
