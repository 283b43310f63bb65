"""Device pairing, from Protocols/device-pairing.md alone."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from . import hpke
from .secp256k1 import Refused

REQUEST_MAGIC = b"PRSLPRQ1"
ANSWER_MAGIC = b"PRSLPAN1"
LIFETIME = 600_000_000
AHEAD = 120_000_000
LATEST = 253_402_300_799_999_999
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spelled(code):
    """The code of 16 bytes as it is shown; its remainder by 37 must have a symbol."""
    number = int.from_bytes(code, "big")
    check = (SYMBOLS + "****U")[number % 37]
    assert check != "*"
    text = "".join(SYMBOLS[number >> shift & 31] for shift in range(125, -5, -5)) + check
    return "-".join(text[place:place + 3] for place in range(0, 27, 3))


def derived(code, purpose):
    return hpke.expand(hpke.extract(b"", code), f"parasol-pairing-{purpose}/v1\0".encode(), 32)


def request(code, kind, made_at, public):
    tagged = REQUEST_MAGIC + bytes([kind]) + made_at.to_bytes(8, "big") + public
    return tagged + hmac.digest(derived(code, "request"), tagged, "sha256")


def check(octets, code, now):
    """Refuses a request that the old device must not answer."""
    if len(octets) != 81 or not octets.startswith(REQUEST_MAGIC) or not 1 <= octets[8] <= 10:
        raise Refused("malformedRequest")
    made_at = int.from_bytes(octets[9:17], "big")
    if made_at > LATEST:
        raise Refused("malformedRequest")
    if not hmac.compare_digest(hmac.digest(derived(code, "request"), octets[:49], "sha256"), octets[49:]):
        raise Refused("wrongCode")
    if now > made_at + LIFETIME:
        raise Refused("expired")
    if made_at > now + AHEAD:
        raise Refused("fromTheFuture")


def _context(shared, enc, recipient, code, octets):
    psk, psk_id = derived(code, "answer"), b"parasol-pairing"
    info = b"parasol-pairing/v1\0" + octets
    prk = hpke.labeled_extract(hpke.KEM_SUITE, b"", b"eae_prk", shared)
    secret = hpke.labeled_expand(hpke.KEM_SUITE, prk, b"shared_secret", enc + recipient, 32)
    schedule = (b"\x01" + hpke.labeled_extract(hpke.SUITE, b"", b"psk_id_hash", psk_id)
                + hpke.labeled_extract(hpke.SUITE, b"", b"info_hash", info))
    prk = hpke.labeled_extract(hpke.SUITE, secret, b"secret", psk)
    return (hpke.labeled_expand(hpke.SUITE, prk, b"key", schedule, 32),
            hpke.labeled_expand(hpke.SUITE, prk, b"base_nonce", schedule, 12))


def answer(ephemeral, code, octets, contents):
    """The answer to a request, for a given ephemeral private key."""
    enc, recipient = hpke.public(ephemeral), octets[17:49]
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key, nonce = _context(shared, enc, recipient, code, octets)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, contents, b"")
    return ANSWER_MAGIC + enc + len(sealed).to_bytes(4, "big") + sealed


def open_answer(private, code, octets, file, now):
    """The contents of the profile in an answer, as the new device opens it."""
    check(octets, code, now)
    if not file.startswith(ANSWER_MAGIC) or len(file) < 44 or len(file) != 44 + int.from_bytes(file[40:44], "big"):
        raise Refused("malformedAnswer")
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(file[8:40]))
        key, nonce = _context(shared, file[8:40], hpke.public(private), code, octets)
        contents = ChaCha20Poly1305(key).decrypt(nonce, file[44:], b"")
    except (InvalidTag, ValueError):
        raise Refused("cannotOpen") from None
    if contents[0] != octets[8]:
        raise Refused("otherKind")
    return contents
