"""Signed notes, checkpoints, cosignatures and policies, from the C2SP specifications and Protocols/ledger.md; Ed25519 by
pyca/cryptography, which the caller must have."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LOG, WITNESS = 1, 4
MAXIMUM_BYTES, MAXIMUM_SIGNATURES = 65_536, 100


class BadNote(Exception):
    """A note, a checkpoint or a policy that does not count, with the reason's name."""

    def __init__(self, name, reason=""):
        super().__init__(f"{name}: {reason}")
        self.name = name


def demand(condition, name, reason=""):
    if not condition:
        raise BadNote(name, reason)


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    """Canonical base64 with padding."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("notCanonicalBase64", text) from error
    demand(b64(data) == text, "notCanonicalBase64", text)
    return data


def decimal(text):
    """A number below 2^63 in its one spelling."""
    demand(text.isascii() and text.isdigit() and str(int(text)) == text and int(text) < 1 << 63, "notCanonicalDecimal", text)
    return int(text)


class Key:
    """What verifies: a name, a signature type and 32 bytes."""

    def __init__(self, name, kind, public):
        self.name, self.kind, self.public = name, kind, public
        self.id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]

    @property
    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, vkey):
        name, identifier, encoded = vkey.split("+", 2)
        typed = unb64(encoded)
        key = cls(name, typed[0], typed[1:])
        demand(name and key.id.hex() == identifier, "keyIDMismatch", vkey)
        demand(key.kind in (LOG, WITNESS) and len(key.public) == 32, "badVerifierKey", vkey)
        return key

    def verifies(self, payload, text):
        message, signature = text, payload
        if self.kind == WITNESS:
            if len(payload) != 72 or payload[0] & 0x80:
                return False
            time, signature = int.from_bytes(payload[:8], "big"), payload[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + text
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer(Key):
    """A key of test vectors, whose seed follows from a label."""

    def __init__(self, name, kind, label):
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"parasol test key " + label.encode()).digest())
        super().__init__(name, kind, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def line(self, payload):
        return f"\u2014 {self.name} {b64(self.id + payload)}\n".encode()

    def sign(self, text, time=0):
        """The signature line over a text, a witness's at a time in seconds."""
        if self.kind == LOG:
            return self.line(self.private.sign(text))
        message = f"cosignature/v1\ntime {time}\n".encode() + text
        return self.line(time.to_bytes(8, "big") + self.private.sign(message))


class Note:
    """A signed note: its text and, for each line, name, key identifier and payload."""

    def __init__(self, encoded):
        demand(len(encoded) <= MAXIMUM_BYTES, "tooLarge")
        try:
            encoded.decode()
        except UnicodeDecodeError as error:
            raise BadNote("notText") from error
        demand(all(byte >= 0x20 or byte == 0x0A for byte in encoded), "notText", "a control character")
        end = encoded.rfind(b"\n\n")
        demand(end >= 0 and encoded.endswith(b"\n") and end + 2 < len(encoded), "malformed", "no signature lines")
        self.text, self.signatures = encoded[:end + 1], []
        lines = encoded[end + 2:-1].decode().split("\n")
        demand(len(lines) <= MAXIMUM_SIGNATURES, "tooManySignatures")
        for line in lines:
            parts = line.split(" ")
            demand(len(parts) == 3 and parts[0] == "\u2014", "malformed", line)
            demand(parts[1] and "+" not in parts[1], "badKeyName", line)
            blob = unb64(parts[2])
            demand(len(blob) > 4, "malformed", line)
            self.signatures.append((parts[1], blob[:4], blob[4:]))

    def signers(self, keys):
        """Which of the keys signed; one whose line does not verify condemns the note."""
        found = []
        for name, identifier, payload in self.signatures:
            for key in keys:
                if (key.name, key.id) == (name, identifier):
                    demand(key.verifies(payload, self.text), "badSignature", name)
                    found.append(key)
        demand(found, "noKnownSignature")
        return found


class Checkpoint:
    """A note's text read as a checkpoint."""

    def __init__(self, text):
        lines = text.decode().split("\n")
        demand(len(lines) >= 4 and lines[-1] == "" and all(lines[:-1]), "malformed", "not the lines of a checkpoint")
        self.origin, self.size, self.extensions = lines[0], decimal(lines[1]), lines[3:-1]
        try:
            self.root = unb64(lines[2])
        except BadNote as error:
            raise BadNote("malformed", "root") from error
        demand(len(self.root) == 32, "malformed", "root")
        demand(self.size > 0 or self.root == hashlib.sha256(b"").digest(), "emptyTreeWithRoot")


def checkpoint(origin, size, root):
    """The text of a checkpoint."""
    return f"{origin}\n{size}\n{b64(root)}\n".encode()


def note(text, *lines):
    return text + b"\n" + b"".join(lines)


class Policy:
    """A tlog-policy that is known to be well formed."""

    def __init__(self, text):
        self.log, self.witnesses, self.groups, self.quorum = None, {}, {}, None
        for line in text.split("\n"):
            word, *rest = line.split() or [""]
            if word == "log":
                self.log = Key.read(rest[0])
            elif word == "witness":
                self.witnesses[rest[0]] = Key.read(rest[1])
            elif word == "group":
                threshold = {"any": 1, "all": len(rest) - 2}.get(rest[1]) or int(rest[1])
                self.groups[rest[0]] = threshold, rest[2:]
            elif word == "quorum":
                self.quorum = rest[0]

    def is_met(self, signers, name=None):
        name = name or self.quorum
        if name in self.witnesses:
            key = self.witnesses[name]
            return any((key.name, key.id) == (signer.name, signer.id) for signer in signers)
        threshold, members = self.groups[name]
        return sum(self.is_met(signers, member) for member in members) >= threshold

    def final(self, encoded, origin):
        """The checkpoint of a note that the log signed and a quorum cosigned."""
        found = Note(encoded)
        checkpoint = Checkpoint(found.text)
        demand(checkpoint.origin == origin, "wrongOrigin", checkpoint.origin)
        signers = found.signers([self.log, *self.witnesses.values()])
        demand(any(signer.kind == LOG for signer in signers), "notSignedByLog")
        demand(self.is_met(signers), "quorumNotMet")
        return checkpoint
