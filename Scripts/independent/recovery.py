"""Recovery kits and the profiles in them, from Protocols/recovery-kit.md and Protocols/profile.md alone."""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import secp256k1
from .secp256k1 import N, Refused

KIT_MAGIC = b"PRSLKIT1"
PROFILE_MAGIC = b"\x89PPF\r\n\x1a\n"
BLOCK = 4096
KINDS = {"patient": 1, "depositor": 2, "doctor": 3, "auditor": 4, "member": 5}


# Profiles ------------------------------------------------------------------------------------------------------------


def text(value):
    """Two bytes of length, then UTF-8."""
    octets = value.encode()
    return len(octets).to_bytes(2, "big") + octets


def optional(value):
    return b"\x00" if value is None else b"\x01" + value


def contents(profile):
    """The contents of a profile that has no records, deliveries, outbox or trust."""
    out = bytes([KINDS[profile["kind"]]]) + text(profile["display_name"])
    out += b"".join(optional(profile.get(name)) for name in ("signer", "signing_key", "receiving_key"))
    folders = profile.get("folders", [])
    out += len(folders).to_bytes(4, "big")
    for folder in folders:
        out += folder["id"] + text(folder["name"]) + folder["created_at"].to_bytes(8, "big")
        out += b"\x01" + folder["signing_key"] + folder["verifying_secret"] + folder["share"]
    out += bytes(4) * 3 + b"\x00"
    return out + bytes(-len(out) % BLOCK)


def seal_profile(profile, passphrase, salt, nonce, cost=(4, 1, 1)):
    """The profile's file: its scrypt cost is log2 N, r and p."""
    plain = contents(profile)
    header = PROFILE_MAGIC + bytes((1, 1, *cost)) + bytes(3) + salt + nonce + (len(plain) + 16).to_bytes(4, "big")
    key = hashlib.scrypt(passphrase, salt=salt, n=1 << cost[0], r=cost[1], p=cost[2], dklen=32)
    return header + AESGCM(key).encrypt(nonce, plain, header)


def open_profile(file, passphrase):
    """The contents, padding and all."""
    if len(file) < 64 or file[:10] != PROFILE_MAGIC + b"\x01\x01" or file[13:16] != bytes(3):
        raise Refused("profile")
    if len(file) != 64 + int.from_bytes(file[60:64], "big") or not (1 <= file[10] <= 20 and file[11] == file[12] == 1):
        raise Refused("profile")
    key = hashlib.scrypt(passphrase, salt=file[16:48], n=1 << file[10], r=file[11], p=file[12], dklen=32)
    try:
        return AESGCM(key).decrypt(file[48:60], file[64:], file[:64])
    except InvalidTag:
        raise Refused("profile") from None


# Shares and kits -----------------------------------------------------------------------------------------------------


def polynomial(coefficients, x):
    return sum(a * pow(x, power, N) for power, a in enumerate(coefficients)) % N


def head(coefficients, count):
    """What the identifier is of."""
    commitments = b"".join(secp256k1.encode(secp256k1.multiply(a, secp256k1.G)) for a in coefficients)
    return KIT_MAGIC + bytes([len(coefficients), count]) + commitments


def identifier(kit_head):
    return hashlib.sha256(kit_head).digest()[:4]


def share(kit, index, value, version=1):
    """The 84 digits in groups of four; `value` is a number or 32 bytes."""
    value = value if isinstance(value, bytes) else value.to_bytes(32, "big")
    octets = bytes([version]) + kit + bytes([index]) + value
    return grouped((octets + hashlib.sha256(octets).digest()[:4]).hex())


def grouped(digits):
    return " ".join(digits[place:place + 4] for place in range(0, len(digits), 4))


def read_share(printed):
    """Kit, number and value of a share as it was printed."""
    lines = [line for line in printed.splitlines() if line.startswith("share:")]
    digits = "".join((lines[0][6:] if lines else printed).split())
    if len(digits) != 84:
        raise Refused("malformedShare")
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        raise Refused("malformedShare") from None
    if hashlib.sha256(octets[:38]).digest()[:4] != octets[38:]:
        raise Refused("mistypedShare")
    if octets[0] != 1 or not 1 <= octets[5] <= 16:
        raise Refused("malformedShare")
    try:
        return octets[1:5], octets[5], secp256k1.scalar(octets[6:38])
    except Refused:
        raise Refused("malformedShare") from None


def open_kit(file, printed):
    """The contents of the profile in a kit, or why not."""
    if file[:8] != KIT_MAGIC or len(file) < 10 or not 2 <= file[8] <= file[9] <= 16:
        raise Refused("malformedKit")
    threshold, count, end = file[8], file[9], 10 + 33 * file[8]
    if len(file) <= end:
        raise Refused("malformedKit")
    try:
        commitments = [secp256k1.decode(file[start:start + 33]) for start in range(10, end, 33)]
    except Refused:
        raise Refused("malformedKit") from None
    values = {}
    for kit, index, value in map(read_share, printed):
        if kit != identifier(file[:end]):
            raise Refused(f"foreignShare {index}")
        expected = secp256k1.combine(*((pow(index, power, N), point) for power, point in enumerate(commitments)))
        if index > count or secp256k1.multiply(value, secp256k1.G) != expected:
            raise Refused(f"wrongShare {index}")
        if index in values:
            raise Refused(f"repeatedShare {index}")
        values[index] = value
    if len(values) < threshold:
        raise Refused(f"tooFewShares {len(values)}")
    chosen = dict(list(values.items())[:threshold])
    key = 0
    for index, value in chosen.items():
        weight = 1
        for other in chosen:
            if other != index:
                weight = weight * other * pow(other - index, -1, N) % N
        key = (key + weight * value) % N
    return open_profile(file[end:], key.to_bytes(32, "big"))
