"""A ledger's leaves executed, from Docs/contracts.md and Protocols/transactions.md alone: who must sign, every signature, the
proofs of shares and of disputes. Not every rule: leaves that break one that is not here pass.
"""

import hashlib

from . import p256
from . import secp256k1 as curve
from . import umbral
from .secp256k1 import G, Refused
from .transactions import DEPOSITOR, DOCTOR, KEY_SERVICE, PROXY, demand, read_entry, requested
from .vectors import need

# The versions of each contract in Docs/contracts.md, in the order of a founding.
KNOWN = {"enrollment": (1,), "record": (1,), "consent": (1, 2, 3, 4)}


class Ledger:
    """As much of the state as it takes to know who must sign, and what digests, proofs and disputes are about."""

    def __init__(self, origin):
        self.origin, self.time, self.transactions = origin, 0, set()
        self.keys, self.identities, self.folders, self.records, self.consents = {}, {}, {}, {}, {}
        self.issues, self.requests, self.transforms, self.opens = {}, {}, {}, {}
        # By identifier: the body, when it lapses, and the kind of its answer.
        self.proposals = {}
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
        if kind == "AccessProposed":
            return [known(body["proposer_id"])]
        if kind == "ProposalDeclined":
            return [known(self.proposals[body["proposal_id"]]["asked"]["folder_id"])]
        return [requester(body["request_id"])]

    def message(self, transaction):
        """What a signature of the transaction's bytes covers."""
        origin = self.origin.encode()
        return b"parasol-transaction/v1\0" + len(origin).to_bytes(2, "big") + origin + transaction

    def apply(self, entry):
        """Applies a leaf; the (signer, key) pairs that had to sign it. Raises Violation with the rule that it breaks, where
        that is one of those that come before the rules of its type; Refused where it is one of these, whichever."""
        time, _, signed, (identifier, kind, body) = read_entry(entry)
        demand(identifier not in self.transactions, "duplicateTransaction")
        demand(time > self.time, "timeNotIncreasing")
        demand(self.transactions or kind == "LedgerFounded", "notFounded")
        demand(not self.transactions or kind != "LedgerFounded", "alreadyFounded")
        required = sorted(self.signers(kind, body, signed["signatures"]))
        carried = {signature["signer_id"]: signature["signature"] for signature in signed["signatures"]}
        demand(all(signer in carried for signer, _ in required), "missingSignature")
        demand(len(carried) == len(required), "unexpectedSignature")
        for signer, key in required:
            holds = p256.verifies(key, self.message(signed["transaction"]), carried[signer])
            demand(holds, "invalidSignature", f"the signature of {signer.hex()} does not verify")
        self.record(identifier, kind, body, time)
        self.transactions.add(identifier)
        self.time = time
        return required

    def record(self, identifier, kind, body, time):
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
            if body["proposal_id"]:
                self.answer(body["proposal_id"], kind, time, of=(body["grantee_id"], body["folder_id"]))
            self.consents[body["consent_id"]] = body
        elif kind == "KeysIssued":
            need([f["proxy_id"] for f in body["fragments"]] == self.consents[body["consent_id"]]["proxy_ids"], "proxies")
            self.issues[body["consent_id"]] = body
        elif kind == "AccessRequested":
            self.request(body)
            self.requests[identifier] = body
        elif kind == "Transformed":
            self.transforms[body["request_id"], body["transformer_id"]] = body["fragment_digest"]
        elif kind == "FragmentDisputed":
            self.check_dispute(body)
        elif kind == "ContractActivated":
            need(3 * len(body["member_ids"]) > 2 * len(self.members), "too few members")
            need(body["version"] > self.versions.get(body["contract"], 0), "the version is not later")
            self.set_version(body)
        elif kind == "AccessProposed":
            need(self.identities[body["proposer_id"]]["role"] == DOCTOR, "not a doctor")
            self.propose(identifier, body, time)
        elif kind == "ProposalDeclined":
            self.answer(body["proposal_id"], kind, time)

    def request(self, body):
        """From consent 4 for several records of one folder, each of which counts as one of the consent's opens."""
        records = requested(body)
        need(len(records) == 1 or self.versions["consent"] >= 4, "consent 4 is not in force")
        authority, identifier = body["authority"]
        folder = identifier
        if authority == "consent":
            consent = self.consents[identifier]
            folder = consent["folder_id"]
            self.opens[identifier] = self.opens.get(identifier, 0) + len(records)
            need(self.opens[identifier] <= consent["maximum_opens"], "too few opens are left")
            need(consent["whole_folder"] or set(records) <= set(consent["record_ids"]), "records are not covered")
        need(all(self.records[record]["folder_id"] == folder for record in records), "records of another folder")

    def propose(self, identifier, body, time):
        """From consent 3: four of a doctor to a folder count, those that are neither granted nor lapsed."""
        need(self.versions["consent"] >= 3, "consent 3 is not in force")
        need(all(self.records[record]["folder_id"] == body["folder_id"] for record in body["record_ids"]), "records")
        tie = body["proposer_id"], body["folder_id"]
        counting = [p for p in self.proposals.values() if (p["asked"]["proposer_id"], p["asked"]["folder_id"]) == tie
                    and p["answer"] != "ConsentGranted" and time <= p["until"]]
        need(len(counting) < 4, "too many proposals")
        until = time + 1000 * body["answerable_milliseconds"]
        self.proposals[identifier] = {"asked": body, "until": until, "answer": None}

    def answer(self, identifier, kind, time, of=None):
        need(self.versions["consent"] >= 3, "consent 3 is not in force")
        proposal = self.proposals[identifier]
        asked = proposal["asked"]
        need(of in (None, (asked["proposer_id"], asked["folder_id"])), "the proposal is another's")
        need(proposal["answer"] is None and time <= proposal["until"], "the proposal is answered, or has lapsed")
        proposal["answer"] = kind

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
        records = requested(request)
        disputed = body["record_id"] or records[0]
        need(bool(body["record_id"]) == (len(records) > 1) and disputed in records, "the disputed record")
        need(capsule_digest(body["capsule"]) == self.records[disputed]["capsule_digest"], "capsule")
        digest = fragment_digest(body["request_id"], body["transformer_id"], body["capsule_fragment"])
        digests = body["part_digests"] or [digest]
        need(len(digests) == len(records) and digests[records.index(disputed)] == digest, "part_digests")
        need(answer_digest(digests) == self.transforms[body["request_id"], body["transformer_id"]], "capsule_fragment")
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


def answer_digest(digests):
    """What commits to an answer, of its parts' fragment digests in the request's order."""
    return digests[0] if len(digests) == 1 else hashlib.sha256(b"parasol-capsule-fragments/v1\0" + b"".join(digests)).digest()
