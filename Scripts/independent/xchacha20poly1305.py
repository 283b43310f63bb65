"""XChaCha20-Poly1305: ChaCha20 and Poly1305 of RFC 8439 with the extended nonce of draft-irtf-cfrg-xchacha-03."""

import hmac
import struct

MASK = 0xFFFFFFFF
CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def _quarter(s, a, b, c, d):
    for left, right, target, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[left] = (s[left] + s[right]) & MASK
        s[target] ^= s[left]
        s[target] = ((s[target] << turn) | (s[target] >> (32 - turn))) & MASK


def _rounds(state):
    working = list(state)
    for _ in range(10):
        for column in range(4):
            _quarter(working, column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            _quarter(working, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return working


def _chacha20(key, counter, nonce, data):
    output = bytearray()
    for offset in range(0, len(data), 64):
        state = (*CONSTANTS, *struct.unpack("<8I", key), counter + offset // 64, *struct.unpack("<3I", nonce))
        words = [(a + b) & MASK for a, b in zip(_rounds(state), state)]
        stream = struct.pack("<16I", *words)
        output += bytes(a ^ b for a, b in zip(data[offset : offset + 64], stream))
    return bytes(output)


def _hchacha20(key, nonce):
    words = _rounds((*CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)))
    return struct.pack("<8I", *words[:4], *words[12:])


def _poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for offset in range(0, len(message), 16):
        block = message[offset : offset + 16]
        total = (total + int.from_bytes(block + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def _pad(data):
    return data + bytes(-len(data) % 16)


def open_sealed(key, nonce, sealed, associated):
    """The plaintext of ciphertext || tag, or None where the tag is not that of the key, nonce and associated data."""
    if len(sealed) < 16:
        return None
    subkey, short = _hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    ciphertext, tag = sealed[:-16], sealed[-16:]
    one_time = _chacha20(subkey, 0, short, bytes(32))
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    if not hmac.compare_digest(_poly1305(one_time, _pad(associated) + _pad(ciphertext) + lengths), tag):
        return None
    return _chacha20(subkey, 1, short, ciphertext)
