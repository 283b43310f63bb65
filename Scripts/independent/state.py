"""The rows of a world state and their root, made from a ledger's leaves by Docs/contracts.md, section *State*, alone."""

import hashlib

from . import merkle
from .transactions import Reader, read_entry, requested

def u(value, octets):
    return value.to_bytes(octets, "big")


def raw_body(transaction):
    """A body's own bytes: the content of the one field of a transaction above 1."""
    reader = Reader(transaction)
    while True:
        number = reader.varint() >> 3
        content = reader.take(reader.varint())
        if number > 1:
            return content


def long(octets):
    return u(len(octets), 2) + octets


def optional(event):
    return b"\0" if event is None else b"\1" + event


class State:
    """Every row of the state, by key, for leaves that are known to be valid."""

    def __init__(self):
        self.fixed = {}
        self.contracts, self.identities, self.folders, self.consents, self.requests = [], {}, {}, {}, {}
        self.proposals, self.now = {}, 0
        self.count = 0

    def apply(self, entry):
        time, _, signed, (identifier, kind, body) = read_entry(entry)
        event = identifier + u(self.count, 8) + u(time, 8)
        self.put(14, identifier, u(self.count, 8))
        self.count, self.now = self.count + 1, time
        self.put(1, b"", u(self.count, 8) + u(time, 8))
        getattr(self, kind)(body, long(raw_body(signed["transaction"])), event, identifier)

    # Rows

    def put(self, tag, name, value):
        self.fixed[bytes([tag]) + name] = value

    def append(self, tag, owner, element):
        """One more element of a list whose lengths are table `tag` and whose elements are the next."""
        count = int.from_bytes(self.fixed.get(bytes([tag]) + owner, b""), "big")
        self.put(tag + 1, owner + u(count, 8), element)
        self.put(tag, owner, u(count + 1, 8))

    def rows(self):
        """(key, value) pairs in order."""
        rows = dict(self.fixed)
        if self.contracts:
            rows[b"\3"] = b"".join(u(version, 4) + optional(event) for _, version, event in self.contracts)
        for identity, row in self.identities.items():
            rows[b"\4" + identity] = row["body"] + row["event"] + optional(row["retired"])
        for folder, row in self.folders.items():
            rows[b"\x09" + folder] = row["body"] + row["event"] + optional(row["erased"]) + optional(row["destroyed"])
        for consent, row in self.consents.items():
            rows[b"\x0c" + consent] = self.consent_row(row)
        for request, row in self.requests.items():
            rows[b"\x0d" + request] = self.request_row(row)
        for proposal, row in self.proposals.items():
            rows[b"\x1b" + proposal] = row["body"] + row["event"] + optional(row["declined"]) + optional(row["granted"])
        return [(key, b"\1" + rows[key]) for key in sorted(rows)]

    @staticmethod
    def consent_row(row):
        value = row["body"] + row["event"] + (b"\0" if row["keys"] is None else b"\1" + row["keys"])
        value += optional(row["revoked"]) + u(row["opens"], 4)
        for proxy in row["terms"]["proxy_ids"]:
            value += u(row["waiting"][proxy], 4) + optional(row["destroyed"].get(proxy))
        return value

    @staticmethod
    def request_row(row):
        value = row["body"] + row["event"] + row["requester"] + row["folder"] + u(row["threshold"], 1)
        value += u(len(row["transforms"]), 1)
        for transformer, (digest, event) in row["transforms"].items():
            value += transformer + digest + event + optional(row["disputed"].get(transformer))
        return value + optional(row["opened"]) + optional(row["exported"])

    def leaves(self):
        return [u(len(key), 2) + key + value for key, value in self.rows()]

    def root(self):
        return merkle.root([merkle.leaf_hash(leaf) for leaf in self.leaves()])

    # What each type changes

    def take_key(self, signer, key):
        self.put(5, signer, key)
        self.put(6, key, b"")

    def LedgerFounded(self, body, raw, event, _):
        self.put(2, b"", raw)
        self.contracts = [(item["contract"], item["version"], None) for item in body["contracts"]]
        for member in body["members"]:
            self.take_key(member["member_id"], member["signing_key"])

    def IdentityEnrolled(self, body, raw, event, _):
        self.identities[body["identity_id"]] = {"body": raw, "event": event, "retired": None}
        self.take_key(body["identity_id"], body["signing_key"])
        if body["receiving_key"]:
            self.put(8, body["receiving_key"], b"")
        if body["sealing_key"]:
            self.put(7, hashlib.sha256(body["sealing_key"]).digest(), b"")

    def IdentityRetired(self, body, raw, event, _):
        self.identities[body["identity_id"]]["retired"] = event

    def FolderOpened(self, body, raw, event, _):
        self.folders[body["folder_id"]] = {"body": raw, "event": event, "erased": None, "destroyed": None}
        self.take_key(body["folder_id"], body["signing_key"])
        shares = [body[side]["public_share"] for side in ("patient_share", "service_share")]
        for key in [body["verifying_key"], body["delegating_key"], *shares]:
            self.put(8, key, b"")

    def RecordDeposited(self, body, raw, event, _):
        self.put(10, body["record_id"], raw + event)
        self.put(11, body["capsule_digest"], b"")
        self.append(15, body["folder_id"], body["record_id"])

    def ConsentGranted(self, body, raw, event, _):
        self.consents[body["consent_id"]] = {
            "terms": body, "body": raw, "event": event, "keys": None, "revoked": None, "opens": 0, "destroyed": {},
            "waiting": dict.fromkeys(body["proxy_ids"], 0)}
        self.append(17, body["folder_id"], body["consent_id"])
        if body["proposal_id"]:
            self.proposals[body["proposal_id"]]["granted"] = body["consent_id"] + event

    def KeysIssued(self, body, raw, event, _):
        self.consents[body["consent_id"]]["keys"] = raw + event
        self.put(8, body["precursor"], b"")

    def AccessRequested(self, body, raw, event, identifier):
        authority, owner = body["authority"]
        consent = self.consents.get(owner) if authority == "consent" else None
        folder = consent["terms"]["folder_id"] if consent else owner
        self.requests[identifier] = {
            "body": raw, "event": event, "requester": consent["terms"]["grantee_id"] if consent else owner,
            "folder": folder, "threshold": consent["terms"]["threshold"] if consent else 1, "transforms": {},
            "disputed": {}, "opened": None, "exported": None, "consent": consent}
        self.append(19, folder, identifier)
        for record in requested(body):
            self.append(21, record, identifier)
        if consent:
            self.append(23, owner, identifier)
            consent["opens"] += len(requested(body))
            for proxy in consent["waiting"]:
                consent["waiting"][proxy] += 1

    def Transformed(self, body, raw, event, _):
        request = self.requests[body["request_id"]]
        request["transforms"][body["transformer_id"]] = body["fragment_digest"], event
        if request["consent"] and not request["opened"]:
            request["consent"]["waiting"][body["transformer_id"]] -= 1

    def RecordOpened(self, body, raw, event, _):
        request = self.requests[body["request_id"]]
        request["opened"] = event
        if request["consent"]:
            for proxy in set(request["consent"]["waiting"]) - set(request["transforms"]):
                request["consent"]["waiting"][proxy] -= 1

    def RecordExported(self, body, raw, event, _):
        self.requests[body["request_id"]]["exported"] = event

    def ConsentRevoked(self, body, raw, event, _):
        self.consents[body["consent_id"]]["revoked"] = event

    def FragmentsDestroyed(self, body, raw, event, _):
        kind, target = body["target"]
        if kind == "folder":
            self.folders[target]["destroyed"] = event
        else:
            self.consents[target]["destroyed"][body["holder_id"]] = u(body["reason"], 1) + event

    def FolderErased(self, body, raw, event, _):
        self.folders[body["folder_id"]]["erased"] = event

    def FragmentDisputed(self, body, raw, event, _):
        self.requests[body["request_id"]]["disputed"][body["transformer_id"]] = event
        self.append(25, body["transformer_id"], body["request_id"])

    def ContractActivated(self, body, raw, event, _):
        self.contracts = [
            (name, body["version"], event) if name == body["contract"] else (name, version, activated)
            for name, version, activated in self.contracts]

    def AccessProposed(self, body, raw, event, identifier):
        tie = body["proposer_id"], body["folder_id"]
        # Of this doctor to this folder, oldest first: neither granted nor lapsed, this one included.
        until = self.now + 1000 * body["answerable_milliseconds"]
        self.proposals[identifier] = {
            "body": raw, "event": event, "tie": tie, "until": until, "declined": None, "granted": None}
        counting = [proposal for proposal, row in self.proposals.items()
                    if row["tie"] == tie and row["granted"] is None and self.now <= row["until"]]
        self.put(32, b"".join(tie), u(len(counting), 1) + b"".join(counting))
        self.append(28, body["folder_id"], identifier)
        self.append(30, body["proposer_id"], identifier)

    def ProposalDeclined(self, body, raw, event, _):
        self.proposals[body["proposal_id"]]["declined"] = event
