#!/usr/bin/env python3
"""Writes Vectors/p256-signatures.json from FIPS 186-5 alone: signatures at the edges, and whether each is one.

    Scripts/generate-p256-signature-vectors.py OUTPUT

The same bytes every time. Where the PyPI package cryptography is there, its OpenSSL must give the same verdicts.
"""

import hashlib

from independent import p256
from independent.generating import output, write
from independent.vectors import bound

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256
except ImportError:
    ec = None

N = p256.ORDER
MESSAGE = b"Vectors/p256-signatures.json"
E = int.from_bytes(hashlib.sha256(MESSAGE).digest(), "big")
SECRET = int.from_bytes(hashlib.sha256(b"p256-signatures.json key").digest(), "big") % N
NONCE = int.from_bytes(hashlib.sha256(b"p256-signatures.json nonce").digest(), "big") % N


def inverse(number):
    return pow(number, -1, N)


def recovered(point, r, s):
    """The key for which r and s are a signature of the message whose point is this one."""
    return p256.encode(p256.add(p256.multiply(s * inverse(r) % N, point), p256.multiply(-E * inverse(r) % N, p256.BASE)))


def agreed(key, r, s, valid):
    """Holds the verdict to our arithmetic, and to OpenSSL's where it is there."""
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert p256.verifies(key, MESSAGE, signature) == valid
    if ec is not None:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        try:
            public.verify(utils.encode_dss_signature(r, s), MESSAGE, ec.ECDSA(SHA256()))
            assert valid
        except InvalidSignature:
            assert not valid
    return signature


def cases():
    key = p256.public(SECRET)
    signature = p256.sign(SECRET, MESSAGE)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    yield "as RFC 6979 makes it", key, r, s, True
    yield "with the other s", key, r, N - s, True
    yield "by another key", p256.public(SECRET + 1), r, s, False
    yield "r and s exchanged", key, s, r, False
    yield "one more than r", key, r + 1, s, False
    yield "one more than s", key, r, s + 1, False
    yield "r = 0", key, 0, s, False
    yield "s = 0", key, r, 0, False
    yield "r = n", key, N, s, False
    yield "s = n", key, r, N, False
    yield "r = 0 and s = 0", key, 0, 0, False
    yield "r and s of 256 bits set", key, 2**256 - 1, 2**256 - 1, False

    # A point whose x is n or more: r is smaller than x, and only its own reduction is a signature's.
    x = p256.P - 3
    point = p256.decode(b"\2" + x.to_bytes(32, "big"))
    assert point is not None and x > N
    key = recovered(point, x - N, NONCE)
    yield "the point's x is larger than n", key, x - N, NONCE, True
    yield "r is a point's x, and larger than n", key, x, NONCE, False

    # u1 G = u2 Q, so that their sum is a doubling.
    r = p256.multiply(NONCE, p256.BASE)[0] % N
    key = p256.public(E * inverse(r) % N)
    yield "both products are the same point", key, r, 2 * E * inverse(NONCE) % N, True
    yield "both products are the same point, of another r", key, r, E * inverse(NONCE) % N, False
    # u1 G = -u2 Q: no point is left.
    yield "the products cancel out", p256.public(-E * inverse(r) % N), r, NONCE, False

    # The base point and its negative as keys: the table of the key is that of the base point.
    key = p256.public(1)
    s = inverse(NONCE) * (E + r) % N
    yield "the key is the base point", key, r, s, True
    yield "the key is the base point, of another s", key, r, N // 2, False
    yield "the key is the base point's negative", p256.public(N - 1), r, inverse(NONCE) * (E - r) % N, True
    yield "s = 1", recovered(p256.multiply(NONCE, p256.BASE), r, 1), r, 1, True
    yield "s = n - 1", recovered(p256.multiply(NONCE, p256.BASE), r, N - 1), r, N - 1, True


def main():
    path = output(__doc__)
    made = [
        bound({"what": what, "key": key.hex(), "signature": agreed(key, r, s, valid).hex(), "valid": valid})
        for what, key, r, s, valid in cases()
    ]
    write(path, {"p256-signatures": {"message": MESSAGE.hex(), "cases": made}}, 1)


if __name__ == "__main__":
    main()
