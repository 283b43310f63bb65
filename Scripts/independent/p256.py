"""ECDSA on P-256, from SEC 1, FIPS 186-5 and RFC 6979 alone. For vectors: it takes no care of secrets."""

import functools
import hashlib
import hmac

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def decode(octets):
    """The point of 33 bytes, SEC 1 compressed; None where they are none."""
    if len(octets) != 33 or octets[0] not in (2, 3):
        return None
    x = int.from_bytes(octets[1:], "big")
    if x >= P:
        return None
    square = (x * x * x - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        return None
    return x, y if y % 2 == octets[0] % 2 else P - y


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar, point):
    total = None
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


@functools.lru_cache(maxsize=None)
def verifies(key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < ORDER and 0 < s < ORDER):
        return False
    z = int.from_bytes(hashlib.sha256(message).digest(), "big")
    w = pow(s, -1, ORDER)
    point = add(multiply(z * w % ORDER, BASE), multiply(r * w % ORDER, decode(key)))
    return point is not None and point[0] % ORDER == r


def encode(point):
    """SEC 1, compressed."""
    x, y = point
    return bytes([2 + y % 2]) + x.to_bytes(32, "big")


def public(secret):
    """The public key of a scalar, SEC 1 compressed."""
    return encode(multiply(secret, BASE))


def _nonces(secret, digest):
    """RFC 6979, section 3.2, with HMAC-SHA256."""
    def mac(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    seed = secret.to_bytes(32, "big") + (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    key, value = bytes(32), bytes([1] * 32)
    for separator in (b"\0", b"\1"):
        key = mac(key, value + separator + seed)
        value = mac(key, value)
    while True:
        value = mac(key, value)
        nonce = int.from_bytes(value, "big")
        if 0 < nonce < ORDER:
            yield nonce
        key = mac(key, value + b"\0")
        value = mac(key, value)


def sign(secret, message):
    """r and s of the deterministic signature, 64 bytes."""
    digest = hashlib.sha256(message).digest()
    for nonce in _nonces(secret, digest):
        r = multiply(nonce, BASE)[0] % ORDER
        s = pow(nonce, -1, ORDER) * (int.from_bytes(digest, "big") + r * secret) % ORDER
        if r and s:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
