#!/usr/bin/env python3
"""Checks a file of transaction vectors with an implementation that shares no code with ours, written from Protocols/transactions.md.

    Scripts/check-transaction-vectors.py FILE…             exit 0 when everything holds, 1 on the first thing that does not
    Scripts/check-transaction-vectors.py --self-test FILE   also changes one digit of every value in turn: each must be found

Reads every encoding with its own decoder, checks every field, who must sign with which key, every P-256 signature, the proofs and
sums of folders' shares, the fragment of every dispute, every digest, and the sha256 that binds what follows from nothing else. A
field that this script does not know is an error, because it would go unchecked. Needs Python 3.9 and nothing else.
"""

import argparse
import hashlib
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from independent import p256  # noqa: E402
from independent import secp256k1 as curve  # noqa: E402
from independent import umbral  # noqa: E402
from independent.secp256k1 import G, Refused  # noqa: E402
from independent.transactions import (  # noqa: E402
    DEPOSITOR, DOCTOR, KEY_SERVICE, PROXY, Violation, read_entry, read_signed, read_transaction)
from independent.vectors import mutant, need, need_bound, octets, places  # noqa: E402


# The ledger -----------------------------------------------------------------------------------------------------------


# The versions of each contract in Docs/contracts.md, in the order of a founding.
KNOWN = {"enrollment": (1,), "record": (1,), "consent": (1, 2)}


class Ledger:
    """As much of the state as it takes to know who must sign, and what digests, proofs and disputes are about."""

    def __init__(self, origin):
        self.origin, self.time, self.transactions = origin, 0, set()
        self.keys, self.identities, self.folders, self.records, self.consents = {}, {}, {}, {}, {}
        self.issues, self.requests, self.transforms = {}, {}, {}
        self.members, self.versions = set(), {}

    def signers(self, kind, body, signatures):
        """(signer, key) pairs, or sets of which one is enough, in no order."""
        def known(identifier):
            need(identifier in self.keys, f"{identifier.hex()} is not known")
            return identifier, self.keys[identifier]

        def requester(request):
            authority, identifier = self.requests[request]["authority"]
            return known(identifier if authority == "folder" else self.consents[identifier]["grantee_id"])

        if kind == "LedgerFounded":
            return [(member["member_id"], member["signing_key"]) for member in body["members"]]
        if kind == "IdentityEnrolled":
            return [known(body["member_id"]), (body["identity_id"], body["signing_key"])]
        if kind == "IdentityRetired":
            by = signatures[0]["signer_id"] if signatures else None
            need(by in (body["identity_id"], self.identities[body["identity_id"]]["member_id"]), "not one that may retire it")
            return [known(by)]
        if kind == "FolderOpened":
            return [known(body["key_service_id"]), (body["folder_id"], body["signing_key"])]
        if kind == "RecordDeposited":
            return [known(body["depositor_id"])]
        if kind in ("ConsentGranted", "FolderErased"):
            return [known(body["folder_id"])]
        if kind == "ConsentRevoked":
            return [known(self.consents[body["consent_id"]]["folder_id"])]
        if kind == "KeysIssued":
            folder = self.consents[body["consent_id"]]["folder_id"]
            return [known(folder), known(self.folders[folder]["key_service_id"])]
        if kind == "AccessRequested":
            authority, identifier = body["authority"]
            return [known(identifier if authority == "folder" else self.consents[identifier]["grantee_id"])]
        if kind == "Transformed":
            return [known(body["transformer_id"])]
        if kind == "FragmentsDestroyed":
            return [known(body["holder_id"])]
        if kind == "ContractActivated":
            need(set(body["member_ids"]) <= self.members, "not a member")
            return [known(member) for member in body["member_ids"]]
        return [requester(body["request_id"])]

    def apply(self, leaf):
        entry = octets(leaf["entry"], "entry")
        time, signed_octets, signed, (identifier, kind, body) = read_entry(entry)
        need(leaf["type"] == kind, f"type {leaf['type']}, the bytes say {kind}")
        need(leaf["sequencedAt"] == time and time > self.time, "sequencedAt")
        need(octets(leaf["signedTransaction"], "signedTransaction") == signed_octets, "signedTransaction")
        need(octets(leaf["transaction"], "transaction") == signed["transaction"], "transaction")
        need(leaf["leafHash"] == hashlib.sha256(b"\0" + entry).hexdigest(), "leafHash")
        need(identifier not in self.transactions, "transaction_id is taken")
        need((kind == "LedgerFounded") == (not self.transactions), "the founding comes first, and once")

        origin = self.origin.encode()
        message = b"parasol-transaction/v1\0" + len(origin).to_bytes(2, "big") + origin + signed["transaction"]
        need(leaf["signatureInputSHA256"] == hashlib.sha256(message).hexdigest(), "signatureInputSHA256")
        required = sorted(self.signers(kind, body, signed["signatures"]))
        need([s["signer_id"] for s in signed["signatures"]] == [signer for signer, _ in required], "signers")
        need(len(leaf["signatures"]) == len(required), "signatures")
        for (signer, key), carried, listed in zip(required, signed["signatures"], leaf["signatures"]):
            need(octets(listed["signer"], "signer") == signer, "signer")
            need(octets(listed["key"], "key") == key, "key")
            need(octets(listed["signature"], "signature") == carried["signature"], "signature")
            need(p256.verifies(key, message, carried["signature"]), f"the signature of {signer.hex()} does not verify")
        self.record(identifier, kind, body)
        self.transactions.add(identifier)
        self.time = time

    def record(self, identifier, kind, body):
        if kind == "LedgerFounded":
            need(body["origin"] == self.origin, "origin")
            need([c["contract"] for c in body["contracts"]] == list(KNOWN), "contracts")
            for contract in body["contracts"]:
                self.set_version(contract)
            self.members = {member["member_id"] for member in body["members"]}
            for member in body["members"]:
                self.add_key(member["member_id"], member["signing_key"])
        elif kind == "IdentityEnrolled":
            self.identities[body["identity_id"]] = body
            self.add_key(body["identity_id"], body["signing_key"])
        elif kind == "FolderOpened":
            need(self.identities[body["key_service_id"]]["role"] == KEY_SERVICE, "not a key service")
            check_shares(body)
            self.folders[body["folder_id"]] = body
            self.add_key(body["folder_id"], body["signing_key"])
        elif kind == "RecordDeposited":
            need(self.identities[body["depositor_id"]]["role"] == DEPOSITOR, "not a depositor")
            taken = {record["capsule_digest"] for record in self.records.values()}
            need(body["capsule_digest"] not in taken, "another record has this capsule")
            self.records[body["record_id"]] = body
        elif kind == "ConsentGranted":
            need(self.identities[body["grantee_id"]]["role"] == DOCTOR, "not a doctor")
            need(all(self.identities[p]["role"] == PROXY for p in body["proxy_ids"]), "not a proxy")
            members = {self.identities[p]["member_id"] for p in body["proxy_ids"]}
            enough = body["threshold"] if self.versions["consent"] == 1 else len(body["proxy_ids"])
            need(len(members) >= enough, "proxies of too few members")
            self.consents[body["consent_id"]] = body
        elif kind == "KeysIssued":
            need([f["proxy_id"] for f in body["fragments"]] == self.consents[body["consent_id"]]["proxy_ids"], "proxies")
            self.issues[body["consent_id"]] = body
        elif kind == "AccessRequested":
            self.requests[identifier] = body
        elif kind == "Transformed":
            self.transforms[body["request_id"], body["transformer_id"]] = body["fragment_digest"]
        elif kind == "FragmentDisputed":
            self.check_dispute(body)
        elif kind == "ContractActivated":
            need(3 * len(body["member_ids"]) > 2 * len(self.members), "too few members")
            need(body["version"] > self.versions.get(body["contract"], 0), "the version is not later")
            self.set_version(body)

    def set_version(self, contract):
        need(contract["version"] in KNOWN.get(contract["contract"], ()), "a contract version that is not known here")
        self.versions[contract["contract"]] = contract["version"]

    def add_key(self, identifier, key):
        need(identifier not in self.keys and key not in self.keys.values(), "identifier or key is taken")
        self.keys[identifier] = key

    def check_dispute(self, body):
        request = self.requests[body["request_id"]]
        consent_id = request["authority"][1]
        consent, folder = self.consents[consent_id], self.folders[self.consents[consent_id]["folder_id"]]
        record = self.records[request["record_id"]]
        need(capsule_digest(body["capsule"]) == record["capsule_digest"], "capsule")
        digest = fragment_digest(body["request_id"], body["transformer_id"], body["capsule_fragment"])
        need(digest == self.transforms[body["request_id"], body["transformer_id"]], "capsule_fragment")
        commitment = next(f for f in self.issues[consent_id]["fragments"] if f["proxy_id"] == body["transformer_id"])
        fragment = parse_simple(body["capsule_fragment"])
        issued = (commitment["fragment_id"], commitment["commitment"], self.issues[consent_id]["precursor"])
        if fragment is None or (fragment["id"], fragment["u1"], fragment["x"]) != issued:
            return
        try:
            verify_signature(fragment, folder, self.identities[consent["grantee_id"]])
            holds = proof_holds(fragment, body["capsule"])
        except Refused:
            holds = False
        need(not holds, "the disputed fragment is correct")


def check_shares(body):
    """Protocols/split-issuance.md: R = z*G - c*A, and c is the hash of the side, the folder, A and R."""
    points = []
    for role, side in ((1, "patient_share"), (2, "service_share")):
        share, proof = body[side]["public_share"], body[side]["proof"]
        challenge, response = int.from_bytes(proof[:32], "big"), int.from_bytes(proof[32:], "big")
        point = curve.decode(share)
        commitment = curve.combine((response, G), (-challenge % curve.N, point))
        expected = umbral.hash_to_scalar(
            b"PARASOL/SPLIT-ISSUANCE/V1/SHARE-PROOF", bytes([role]), body["folder_id"], share, curve.encode(commitment))
        need(expected == challenge, f"the proof of {side} does not verify")
        points.append(point)
    need(curve.encode(curve.add(*points)) == body["delegating_key"], "delegating_key is not the sum of the shares")


def parse_simple(encoded):
    if len(encoded) != 359:
        return None
    names = (("e1", 33), ("v1", 33), ("id", 32), ("x", 33), ("e2", 33), ("v2", 33), ("u1", 33), ("u2", 33), ("z", 32),
             ("signature", 64))
    values, at = {}, 0
    for name, size in names:
        values[name] = encoded[at:at + size]
        at += size
    return values


def verify_signature(fragment, folder, grantee):
    message = (fragment["id"] + fragment["u1"] + fragment["x"] + b"\1" + folder["delegating_key"] + b"\1"
               + grantee["receiving_key"])
    curve.verify(curve.decode(folder["verifying_key"]), message, fragment["signature"])


def proof_holds(fragment, capsule_octets):
    """z*E = E2 + h*E1, z*V = V2 + h*V1 and z*U = U2 + h*U1."""
    u = curve.hash_to_curve(b"POINT_U", b"PARAMETERS")
    e, v = capsule_octets[:33], capsule_octets[33:66]
    order = (e, fragment["e1"], fragment["e2"], v, fragment["v1"], fragment["v2"], curve.encode(u), fragment["u1"],
             fragment["u2"])
    h = umbral.hash_to_scalar(b"CFRAG_VERIFICATION", *order)
    z = int.from_bytes(fragment["z"], "big")
    for base, image, commitment in ((e, "e1", "e2"), (v, "v1", "v2"), (curve.encode(u), "u1", "u2")):
        left = curve.combine((z, curve.decode(base)))
        right = curve.combine((1, curve.decode(fragment[commitment])), (h, curve.decode(fragment[image])))
        if left != right:
            return False
    return True


def capsule_digest(capsule):
    return hashlib.sha256(b"parasol-capsule/v1\0" + capsule).digest()


def fragment_digest(request, transformer, fragment):
    return hashlib.sha256(b"parasol-capsule-fragment/v1\0" + request + transformer + fragment).digest()


# The file -------------------------------------------------------------------------------------------------------------

FIELDS = {"about", "format", "origin", "leaves", "capsuleDigests", "fragmentDigests", "refusals"}
LEVELS = {"entry": read_entry, "signedTransaction": read_signed, "transaction": read_transaction}


def only(values, names, where):
    need(set(values) == set(names), f"{where} has the fields {sorted(values)}")


def check_remarks(document):
    only(document, FIELDS, "the file")
    need(document["format"] == "parasol-transaction-vectors", "format")
    only(document["about"], ("text", "sha256"), "about")
    need_bound(document["about"], "about")


def check_leaves(document):
    """The ledger that the leaves make."""
    ledger = Ledger(document["origin"])
    for index, leaf in enumerate(document["leaves"]):
        only(leaf, ("type", "sequencedAt", "transaction", "signatureInputSHA256", "signatures", "signedTransaction", "entry",
                    "leafHash"), f"leaf {index}")
        for signature in leaf["signatures"]:
            only(signature, ("signer", "key", "signature"), f"leaf {index}")
        try:
            ledger.apply(leaf)
        except (Refused, Violation, KeyError, ValueError) as error:
            raise Refused(f"leaf {index}, {leaf['type']}: {error}") from error
    return ledger


def check_digests(document, ledger):
    for item in document["capsuleDigests"]:
        only(item, ("record", "capsule", "digest"), "a capsule digest")
        record = octets(item["record"], "record")
        digest = capsule_digest(octets(item["capsule"], "capsule"))
        need(item["digest"] == digest.hex(), "capsule digest")
        need(ledger.records[record]["capsule_digest"] == digest, "capsule digest on the ledger")
    for item in document["fragmentDigests"]:
        only(item, ("request", "transformer", "fragment", "digest"), "a fragment digest")
        key = octets(item["request"], "request"), octets(item["transformer"], "transformer")
        digest = fragment_digest(*key, octets(item["fragment"], "fragment"))
        need(item["digest"] == digest.hex() and ledger.transforms[key] == digest, "fragment digest")
    return len(document["capsuleDigests"]) + len(document["fragmentDigests"])


def check_refusals(document):
    for index, item in enumerate(document["refusals"]):
        only(item, ("what", "level", "bytes", "code", "sha256"), f"refusal {index}")
        need_bound(item, f"refusal {index}, {item['what']}")
        try:
            LEVELS[item["level"]](octets(item["bytes"], "bytes"))
        except Violation as violation:
            need(violation.code == item["code"], f"{item['what']}: {violation}, expected {item['code']}")
            continue
        raise Refused(f"{item['what']}: accepted")
    return len(document["refusals"])


def check_document(document, say):
    check_remarks(document)
    ledger = check_leaves(document)
    counts = len(document["leaves"]), check_digests(document, ledger), check_refusals(document)
    say("  {} leaves\n  {} digests\n  {} refusals".format(*counts))
    return sum(counts)


def self_test(document):
    """Changes one digit of every value in turn, and checks again what the change may show in."""
    ledger = check_leaves(document)
    checks = {
        "leaves": check_leaves, "origin": check_leaves, "refusals": check_refusals,
        "capsuleDigests": lambda changed: check_digests(changed, ledger),
        "fragmentDigests": lambda changed: check_digests(changed, ledger),
    }
    tried = 0
    for path in places(document):
        tried += 1
        try:
            checks.get(path[0], check_remarks)(mutant(document, path))
        except (Refused, Violation, ValueError, LookupError):
            continue
        raise Refused(f"a changed digit in {path} was not found")
    return tried


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--self-test", action="store_true", help="also change one digit of every value: each must be found")
    options = parser.parse_args()
    for path in options.files:
        print(path)
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            print(f"  {check_document(document, print)} entries checked")
            if options.self_test:
                print(f"  {self_test(document)} changed values, each found")
        except (Refused, Violation, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            print(f"  FAILED: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
