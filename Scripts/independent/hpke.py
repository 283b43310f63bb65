"""HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, one message. From the RFC's text."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEM_SUITE = b"KEM" + bytes([0x00, 0x20])
SUITE = b"HPKE" + bytes([0x00, 0x20, 0x00, 0x01, 0x00, 0x03])


def extract(salt, key):
    """HKDF-Extract with SHA-256 (RFC 5869)."""
    return hmac.new(salt or bytes(32), key, hashlib.sha256).digest()


def expand(key, info, length):
    """HKDF-Expand with SHA-256 (RFC 5869)."""
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        out += block
        counter += 1
    return out[:length]


def labeled_extract(suite, salt, label, key):
    return extract(salt, b"HPKE-v1" + suite + label + key)


def labeled_expand(suite, key, label, info, length):
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def public(key):
    """The 32 bytes of a private key's public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def context(shared, enc, recipient, info):
    """Key and nonce of the first message."""
    prk = labeled_extract(KEM_SUITE, b"", b"eae_prk", shared)
    secret = labeled_expand(KEM_SUITE, prk, b"shared_secret", enc + recipient, 32)
    psk_id = labeled_extract(SUITE, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(SUITE, b"", b"info_hash", info)
    schedule = b"\x00" + psk_id + info_hash
    prk = labeled_extract(SUITE, secret, b"secret", b"")
    return labeled_expand(SUITE, prk, b"key", schedule, 32), labeled_expand(SUITE, prk, b"base_nonce", schedule, 12)


def seal(ephemeral, recipient, info, plaintext):
    """enc and ciphertext, for a given ephemeral private key."""
    enc = public(ephemeral)
    key, nonce = context(ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), enc, recipient, info)
    return enc, ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def open_(private, enc, info, ciphertext):
    """The plaintext, or an exception."""
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    key, nonce = context(shared, enc, public(private), info)
    return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, b"")


def private_key(secret):
    return X25519PrivateKey.from_private_bytes(secret)
