#!/usr/bin/env python3
"""A peer to test against: the published Umbral wheels as a server of JSON lines.

One request a line on standard input, one answer a line on standard output, in order:

    {"op": "keygen", "peer": "umbral_pre", "sk": "<64 hex digits>"}
    {"ok": true, "pk": "<66 hex digits>"}

Byte strings are lowercase hex; capsules, kfrags and cfrags are in MessagePack form. An answer is {"ok": true, ...} or
{"ok": false, "error": "Type: message"}; a panic inside a wheel is an error like any other ("PanicException: ..."). A line that is not
a request is answered with an error too, so the caller never waits in vain.

    op                   fields                                                   answers
    info                 (no peer)                                                peers {name: version}
    keygen               sk                                                       pk
    encrypt              pk plaintext                                             capsule ciphertext
    decrypt_original     sk capsule ciphertext                                    plaintext
    parse_capsule        capsule                                                  capsule simple
    generate_kfrags      delegating_sk receiving_pk signing_sk threshold shares
                         sign_delegating_key sign_receiving_key                   kfrags
    verify_kfrag         kfrag verifying_pk delegating_pk|null receiving_pk|null  (nothing)
    reencrypt            capsule kfrag                                            cfrag
    verify_cfrag         cfrag capsule verifying_pk delegating_pk receiving_pk    (nothing)
    decrypt_reencrypted  receiving_sk delegating_pk capsule cfrags ciphertext
                         verifying_pk                                             plaintext
    evidence             capsule cfrag verifying_pk delegating_pk receiving_pk    evidence v message_hash
    factory              seed label                                               make_key make_secret factory_make_key
                                                                                  factory_make_secret (of make_factory(label))
    sign                 sk message                                               signature
    verify               pk message signature                                     valid

Without any wheel it serves too: `info` then answers no peers, by which whoever asks knows to skip, and every other request an error.

`reencrypt` does not verify the fragment first (so that a hostile one can be tried); `decrypt_reencrypted` verifies every cfrag.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import umbral_wheels  # noqa: E402


class Requests:
    """The operations, over one wheel."""

    def __init__(self, peer):
        self.peer = peer
        self.u = peer.umbral

    def secret(self, request, field):
        return self.u.SecretKey.from_be_bytes(octets(request, field))

    def public(self, request, field):
        return self.u.PublicKey.from_compressed_bytes(octets(request, field))

    def optional_public(self, request, field):
        return None if request.get(field) is None else self.public(request, field)

    def capsule(self, request):
        return self.u.Capsule.from_bytes(octets(request, "capsule"))

    def keygen(self, request):
        return {"pk": self.secret(request, "sk").public_key().to_compressed_bytes().hex()}

    def encrypt(self, request):
        capsule, ciphertext = self.peer.encrypt(self.public(request, "pk"), octets(request, "plaintext"))
        return {"capsule": capsule.hex(), "ciphertext": ciphertext.hex()}

    def decrypt_original(self, request):
        plaintext = self.peer.decrypt_original(
            self.secret(request, "sk"), octets(request, "capsule"), octets(request, "ciphertext")
        )
        return {"plaintext": bytes(plaintext).hex()}

    def parse_capsule(self, request):
        capsule = self.capsule(request)
        return {"capsule": bytes(capsule).hex(), "simple": capsule.to_bytes_simple().hex()}

    def generate_kfrags(self, request):
        kfrags = self.u.generate_kfrags(
            delegating_sk=self.secret(request, "delegating_sk"),
            receiving_pk=self.public(request, "receiving_pk"),
            signer=self.u.Signer(self.secret(request, "signing_sk")),
            threshold=request["threshold"],
            shares=request["shares"],
            sign_delegating_key=request["sign_delegating_key"],
            sign_receiving_key=request["sign_receiving_key"],
        )
        return {"kfrags": [bytes(kfrag).hex() for kfrag in kfrags]}

    def verify_kfrag(self, request):
        self.u.KeyFrag.from_bytes(octets(request, "kfrag")).verify(
            self.public(request, "verifying_pk"),
            self.optional_public(request, "delegating_pk"),
            self.optional_public(request, "receiving_pk"),
        )
        return {}

    def reencrypt(self, request):
        kfrag = self.u.KeyFrag.from_bytes(octets(request, "kfrag")).skip_verification()
        return {"cfrag": bytes(self.u.reencrypt(self.capsule(request), kfrag)).hex()}

    def verified_cfrag(self, cfrag, capsule, verifying_pk, delegating_pk, receiving_pk):
        return self.u.CapsuleFrag.from_bytes(cfrag).verify(capsule, verifying_pk, delegating_pk, receiving_pk)

    def verify_cfrag(self, request):
        self.verified_cfrag(
            octets(request, "cfrag"),
            self.capsule(request),
            self.public(request, "verifying_pk"),
            self.public(request, "delegating_pk"),
            self.public(request, "receiving_pk"),
        )
        return {}

    def decrypt_reencrypted(self, request):
        receiving_sk = self.secret(request, "receiving_sk")
        delegating_pk = self.public(request, "delegating_pk")
        verifying_pk = self.public(request, "verifying_pk")
        capsule = self.capsule(request)
        verified = [
            self.verified_cfrag(bytes.fromhex(cfrag), capsule, verifying_pk, delegating_pk, receiving_sk.public_key())
            for cfrag in request["cfrags"]
        ]
        plaintext = self.peer.decrypt_reencrypted(
            receiving_sk, delegating_pk, octets(request, "capsule"), verified, octets(request, "ciphertext")
        )
        if plaintext is None:
            raise ValueError("decryption answered nothing")
        return {"plaintext": bytes(plaintext).hex()}

    def evidence(self, request):
        capsule = self.capsule(request)
        verifying_pk = self.public(request, "verifying_pk")
        delegating_pk = self.public(request, "delegating_pk")
        receiving_pk = self.public(request, "receiving_pk")
        verified = self.verified_cfrag(octets(request, "cfrag"), capsule, verifying_pk, delegating_pk, receiving_pk)
        evidence = self.u.ReencryptionEvidence(capsule, verified, verifying_pk, delegating_pk, receiving_pk)
        return {
            "evidence": bytes(evidence).hex(),
            "v": evidence.kfrag_signature_v,
            "message_hash": bytes(evidence.kfrag_validity_message_hash).hex(),
        }

    def factory(self, request):
        factory = self.u.SecretKeyFactory.from_secure_randomness(octets(request, "seed"))
        label = octets(request, "label")
        inner = factory.make_factory(label)
        return {
            "make_key": factory.make_key(label).to_be_bytes().hex(),
            "make_secret": factory.make_secret(label).hex(),
            "factory_make_key": inner.make_key(label).to_be_bytes().hex(),
            "factory_make_secret": inner.make_secret(label).hex(),
        }

    def sign(self, request):
        signature = self.u.Signer(self.secret(request, "sk")).sign(octets(request, "message"))
        return {"signature": signature.to_be_bytes().hex()}

    def verify(self, request):
        signature = self.u.Signature.from_be_bytes(octets(request, "signature"))
        return {"valid": signature.verify(self.public(request, "pk"), octets(request, "message"))}


OPERATIONS = (
    "keygen encrypt decrypt_original parse_capsule generate_kfrags verify_kfrag reencrypt verify_cfrag decrypt_reencrypted"
    " evidence factory sign verify"
).split()


def octets(request, field):
    """A field's bytes."""
    return bytes.fromhex(request[field])


def answer(line, servers):
    """The answer to one line, whatever it holds."""
    try:
        request = json.loads(line)
        operation = request["op"]
        if operation == "info":
            return {"ok": True, "peers": {name: server.peer.version for name, server in servers.items()}}
        if operation not in OPERATIONS:
            raise ValueError(f"no operation {operation!r}")
        server = servers.get(request["peer"])
        if server is None:
            raise LookupError(f"peer {request['peer']!r} is not installed")
        return {"ok": True, **getattr(server, operation)(request)}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in a wheel derives from BaseException, and is an answer here
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def main():
    servers = {name: Requests(peer) for name, peer in umbral_wheels.installed().items()}
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(line, servers)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
