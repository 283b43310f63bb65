"""The two published implementations of Umbral that we measure ourselves against, behind one face.

`umbral_pre` (PyPI umbral-pre) offers the scheme as functions. `nucypher_core` (PyPI nucypher-core) offers the same classes, but
encrypts and decrypts only whole message kits:

    "MKit" || u16be 3 || u16be 0 || 93 [capsule: 105 bytes of MessagePack] [ciphertext: bin] [conditions: nil]

so the second class here wraps and unwraps kits. Both wheels are GPL-3; they run beside our tests and are part of no build.
"""

import importlib.metadata

CAPSULE_SIZE = 105
KIT_HEADER = b"MKit\x00\x03\x00\x00\x93"
NIL = b"\xc0"


def message_kit(capsule, ciphertext):
    """The bytes of nucypher_core's message kit around a capsule (MessagePack form) and a ciphertext."""
    size = len(ciphertext)
    if size < 1 << 8:
        header = b"\xc4" + size.to_bytes(1, "big")
    elif size < 1 << 16:
        header = b"\xc5" + size.to_bytes(2, "big")
    else:
        header = b"\xc6" + size.to_bytes(4, "big")
    return KIT_HEADER + capsule + header + ciphertext + NIL


def split_message_kit(kit):
    """(capsule bytes, ciphertext) of a message kit without conditions."""
    if not kit.startswith(KIT_HEADER) or not kit.endswith(NIL):
        raise ValueError("not a version 3.0 message kit without conditions")
    start = len(KIT_HEADER) + CAPSULE_SIZE
    width = {0xC4: 1, 0xC5: 2, 0xC6: 4}.get(kit[start])
    if width is None:
        raise ValueError(f"ciphertext header {kit[start]:#04x} is not a MessagePack bin")
    body = start + 1 + width
    size = int.from_bytes(kit[start + 1 : body], "big")
    if body + size + 1 != len(kit):
        raise ValueError("ciphertext length disagrees with the kit's")
    return kit[len(KIT_HEADER) : start], kit[body : body + size]


class UmbralPre:
    """PyPI umbral-pre: capsule and ciphertext as separate values."""

    name = "umbral_pre"
    distribution = "umbral-pre"

    def __init__(self):
        import umbral_pre

        self.umbral = umbral_pre
        self.version = importlib.metadata.version(self.distribution)

    def encrypt(self, public_key, plaintext):
        """(capsule bytes, ciphertext)."""
        capsule, ciphertext = self.umbral.encrypt(public_key, plaintext)
        return bytes(capsule), ciphertext

    def decrypt_original(self, secret_key, capsule, ciphertext):
        return self.umbral.decrypt_original(secret_key, self.umbral.Capsule.from_bytes(capsule), ciphertext)

    def decrypt_reencrypted(self, secret_key, delegating_pk, capsule, verified, ciphertext):
        parsed = self.umbral.Capsule.from_bytes(capsule)
        return self.umbral.decrypt_reencrypted(secret_key, delegating_pk, parsed, verified, ciphertext)


class NucypherCore:
    """PyPI nucypher-core: whole message kits."""

    name = "nucypher_core"
    distribution = "nucypher-core"

    def __init__(self):
        import nucypher_core
        import nucypher_core.umbral

        self.umbral = nucypher_core.umbral
        self.MessageKit = nucypher_core.MessageKit
        self.version = importlib.metadata.version(self.distribution)

    def encrypt(self, public_key, plaintext):
        """(capsule bytes, ciphertext)."""
        return split_message_kit(bytes(self.MessageKit(public_key, plaintext, None)))

    def decrypt_original(self, secret_key, capsule, ciphertext):
        return self.MessageKit.from_bytes(message_kit(capsule, ciphertext)).decrypt(secret_key)

    def decrypt_reencrypted(self, secret_key, delegating_pk, capsule, verified, ciphertext):
        kit = self.MessageKit.from_bytes(message_kit(capsule, ciphertext))
        return kit.decrypt_reencrypted(secret_key, delegating_pk, verified)


def installed():
    """The peers that can be imported here, by name."""
    peers = {}
    for kind in (UmbralPre, NucypherCore):
        try:
            peers[kind.name] = kind()
        except ImportError:
            continue
    return peers
