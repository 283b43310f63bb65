"""secp256k1 (SEC 2), ECDSA over SHA-256 with RFC 6979 nonces, and RFC 9380 hashing to the curve.

Points are affine (x, y); the point at infinity is None.
"""

import hashlib
import hmac

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


class Refused(Exception):
    """Bytes that the specification forbids."""


def _double(p):
    x, y, z = p
    if y == 0 or z == 0:
        return (1, 1, 0)
    s = 4 * x * y * y % P
    m = 3 * x * x % P
    x3 = (m * m - 2 * s) % P
    return (x3, (m * (s - x3) - 8 * pow(y, 4, P)) % P, 2 * y * z % P)


def _add(p, q):
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    zz1, zz2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * zz2 % P, q[0] * zz1 % P
    s1, s2 = p[1] * q[2] * zz2 % P, q[1] * p[2] * zz1 % P
    if u1 == u2:
        return _double(p) if s1 == s2 else (1, 1, 0)
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh = h * hh % P
    v = u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return (x3, (r * (v - x3) - s1 * hhh) % P, h * p[2] * q[2] % P)


def _projective(point):
    return (1, 1, 0) if point is None else (point[0], point[1], 1)


def _affine(p):
    if p[2] == 0:
        return None
    inverse = pow(p[2], -1, P)
    square = inverse * inverse % P
    return (p[0] * square % P, p[1] * square * inverse % P)


def multiply(k, point):
    """k·point, by a window of four bits."""
    k %= N
    table = [(1, 1, 0)]
    for _ in range(15):
        table.append(_add(table[-1], _projective(point)))
    total = (1, 1, 0)
    for shift in range(252, -4, -4):
        for _ in range(4):
            total = _double(total)
        total = _add(total, table[(k >> shift) & 15])
    return _affine(total)


def add(*points):
    """The sum of the points."""
    total = (1, 1, 0)
    for point in points:
        total = _add(total, _projective(point))
    return _affine(total)


def combine(*terms):
    """The sum of k·point over (k, point) pairs."""
    return add(*(multiply(k, point) for k, point in terms))


def encode(point):
    """33 bytes, SEC 1 compressed."""
    if point is None:
        raise Refused("the point at infinity has no 33-byte encoding")
    return bytes([2 + (point[1] & 1)]) + point[0].to_bytes(32, "big")


def decode(octets):
    """A point from exactly 33 bytes, canonical."""
    if len(octets) != 33 or octets[0] not in (2, 3):
        raise Refused("not a 33-byte compressed point")
    x = int.from_bytes(octets[1:], "big")
    if x >= P:
        raise Refused("x is not reduced")
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        raise Refused("x is not on the curve")
    return (x, y if y & 1 == octets[0] & 1 else P - y)


def scalar(octets):
    """A scalar in 1..<n from exactly 32 bytes."""
    value = int.from_bytes(octets, "big")
    if len(octets) != 32 or not 0 < value < N:
        raise Refused("scalar is not 32 bytes in 1..<n")
    return value


def verify(point, message, signature):
    """ECDSA over SHA-256, low-S only; answers the parity of the nonce point's y, or refuses."""
    r, s = scalar(signature[:32]), scalar(signature[32:])
    if s > N // 2:
        raise Refused("signature has a high s")
    z = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, N)
    nonce = combine((z * inverse, G), (r * inverse, point))
    if nonce is None or nonce[0] % N != r:
        raise Refused("signature does not verify")
    return nonce[1] & 1


def sign(key, message):
    """ECDSA over SHA-256 with the plain nonce of RFC 6979 section 3.2, low-S, as r || s."""
    digest = hashlib.sha256(message).digest()
    reduced = (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    material = key.to_bytes(32, "big") + reduced
    k, v = bytes(32), b"\x01" * 32
    for tag in (b"\x00", b"\x01"):
        k = hmac.digest(k, v + tag + material, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            r = multiply(nonce, G)[0] % N
            s = pow(nonce, -1, N) * (int.from_bytes(digest, "big") + r * key) % N
            if r and s:
                return r.to_bytes(32, "big") + min(s, N - s).to_bytes(32, "big")
        k = hmac.digest(k, v + b"\x00", "sha256")
        v = hmac.digest(k, v, "sha256")


# RFC 9380, suite secp256k1_XMD:SHA-256_SSWU_RO_ (section 8.7; isogeny map of appendix E.1).
_A = 0x3F8731ABDD661ADCA08A5558F0F5D272E953D363CB6F0E5D405447C01A444533
_B = 1771
_Z = P - 11
_X_NUMERATOR = (
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA8C7,
    0x07D3D4C80BC321D5B9F315CEA7FD44C5D595D2FC0BF63B92DFFF1044F17C6581,
    0x534C328D23F234E6E2A413DECA25CAECE4506144037C40314ECBD0B53D9DD262,
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA88C,
)
_X_DENOMINATOR = (
    0xD35771193D94918A9CA34CCBB7B640DD86CD409542F8487D9FE6B745781EB49B,
    0xEDADC6F64383DC1DF7C4B2D51B54225406D36B641F5E41BBC52A56612A8C6D14,
    1,
)
_Y_NUMERATOR = (
    0x4BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684B8E38E23C,
    0xC75E0C32D5CB7C0FA9D0A54B12A0A6D5647AB046D686DA6FDFFC90FC201D71A3,
    0x29A6194691F91A73715209EF6512E576722830A201BE2018A765E85A9ECEE931,
    0x2F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F38E38D84,
)
_Y_DENOMINATOR = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFF93B,
    0x7A06534BB8BDB49FD5E9E6632722C2989467C1BFC8E8D978DFB425D2685C2573,
    0x6484AA716545CA2CF3A70C3FA8FE337E0A3D21162F0D6299A7BF8192BFD2A76F,
    1,
)


def _expand_message(message, tag, size):
    """expand_message_xmd with SHA-256 (section 5.3.1)."""
    suffix = tag + bytes([len(tag)])
    first = hashlib.sha256(bytes(64) + message + size.to_bytes(2, "big") + b"\x00" + suffix).digest()
    block, output = bytes(32), b""
    for index in range(1, -(-size // 32) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block))
        block = hashlib.sha256(mixed + bytes([index]) + suffix).digest()
        output += block
    return output[:size]


def _evaluate(coefficients, x):
    return sum(c * pow(x, power, P) for power, c in enumerate(coefficients)) % P


def _map_to_curve(u):
    """Simplified SWU on the isogenous curve (section 6.6.2), then the 3-isogeny."""
    tv = (_Z * u * u) % P
    tv = (tv * tv + tv) % P
    x = _B * pow(_Z * _A, -1, P) % P if tv == 0 else -_B * pow(_A, -1, P) * (1 + pow(tv, -1, P)) % P
    square = (pow(x, 3, P) + _A * x + _B) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        x = _Z * u * u * x % P
        square = (pow(x, 3, P) + _A * x + _B) % P
        y = pow(square, (P + 1) // 4, P)
    if y & 1 != u & 1:
        y = P - y
    return (
        _evaluate(_X_NUMERATOR, x) * pow(_evaluate(_X_DENOMINATOR, x), -1, P) % P,
        y * _evaluate(_Y_NUMERATOR, x) * pow(_evaluate(_Y_DENOMINATOR, x), -1, P) % P,
    )


def hash_to_curve(message, tag):
    """A point whose logarithm nobody knows."""
    uniform = _expand_message(message, tag, 96)
    halves = (int.from_bytes(uniform[i : i + 48], "big") % P for i in (0, 48))
    return add(*(_map_to_curve(half) for half in halves))
