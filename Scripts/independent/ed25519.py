"""Ed25519 by the formulas of RFC 8032, for signatures that an honest signer never makes: with a part of small order in the key or
in R, or with another spelling of R or S. Slow, and for public values only.

Which of them verify is where implementations differ ("Taming the many EdDSAs", Chalkias, Garillot, Nikolaenko, 2020).
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, P - 2, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P)
    return x % P, y % P


def multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decode(y, sign):
    """The point with this y; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return (P - x if x & 1 != sign else x), y


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = decode(4 * pow(5, P - 2, P) % P, 0)


def order8():
    """A point of order 8: what is left of some point when the large prime order is gone."""
    y = 2
    while True:
        point = decode(y, 0)
        if point:
            small = multiply(L, point)
            if multiply(4, small) != (0, 1):
                return small
        y += 1


def scalar(label):
    return int.from_bytes(hashlib.sha512(label).digest(), "little") % L


def challenge(r, a, message):
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def edge_cases(message):
    """(why, key, signature over `message`, whether [S]B = R + [k]A holds with R and S in their only spelling)."""
    secret = scalar(b"parasol edge key")
    honest, torsion = multiply(secret, BASE), order8()
    mixed = add(honest, torsion)

    def signature(key, r_scalar, r_bytes, extra=0):
        s = (r_scalar + challenge(r_bytes, encode(key), message) * secret) % L
        return r_bytes + (s + extra).to_bytes(32, "little")

    def nonce(label, key, wanted):
        count = 0
        while True:
            r = scalar(label + bytes([count]))
            if wanted(challenge(encode(multiply(r, BASE)), encode(key), message)):
                return r
            count += 1

    plain = nonce(b"plain", honest, lambda k: True)
    yes = nonce(b"divisible", mixed, lambda k: k % 8 == 0)
    no = nonce(b"not divisible", mixed, lambda k: k % 8 != 0)
    point = lambda r: encode(multiply(r, BASE))  # noqa: E731
    return [
        ("made by hand as RFC 8032 says", encode(honest), signature(honest, plain, point(plain)), True),
        ("S plus the group order", encode(honest), signature(honest, plain, point(plain), L), False),
        ("key with a part of small order, equation holds", encode(mixed), signature(mixed, yes, point(yes)), True),
        ("key with a part of small order, holds only times 8", encode(mixed), signature(mixed, no, point(no)), False),
        ("R with a part of small order, holds only times 8", encode(honest),
         signature(honest, plain, encode(add(multiply(plain, BASE), torsion))), False),
        ("R is the neutral element", encode(honest), signature(honest, 0, encode((0, 1))), True),
        ("R is the neutral element with a sign", encode(honest),
         signature(honest, 0, (1 | 1 << 255).to_bytes(32, "little")), False),
        ("R is the neutral element, y not reduced", encode(honest),
         signature(honest, 0, (P + 1).to_bytes(32, "little")), False),
    ]
