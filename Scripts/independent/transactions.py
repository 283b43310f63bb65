"""Decodes and checks transactions by themselves, from Protocols/transactions.md alone: encoding first, then every field."""

from . import p256
from . import secp256k1 as curve
from .secp256k1 import Refused


class Violation(Exception):
    """A refusal with the code of Docs/contracts.md."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code}: {reason}")
        self.code = code


def demand(condition, code, reason=""):
    if not condition:
        raise Violation(code, reason)


# Protocol Buffers -----------------------------------------------------------------------------------------------------

SCHEMA = {
    "LedgerEntry": {1: ("sequenced_at", "uint64"), 2: ("signed_transaction", "bytes")},
    "SignedTransaction": {1: ("transaction", "bytes"), 2: ("signatures", ["TransactionSignature"])},
    "TransactionSignature": {1: ("signer_id", "bytes"), 2: ("signature", "bytes")},
    "Transaction": {
        1: ("transaction_id", "bytes"), 2: ("body", "LedgerFounded"), 3: ("body", "IdentityEnrolled"),
        4: ("body", "IdentityRetired"), 5: ("body", "FolderOpened"), 6: ("body", "RecordDeposited"),
        7: ("body", "ConsentGranted"), 8: ("body", "KeysIssued"), 9: ("body", "AccessRequested"), 10: ("body", "Transformed"),
        11: ("body", "RecordOpened"), 12: ("body", "RecordExported"), 13: ("body", "ConsentRevoked"),
        14: ("body", "FragmentsDestroyed"), 15: ("body", "FolderErased"), 16: ("body", "FragmentDisputed"),
        17: ("body", "ContractActivated"), 18: ("body", "AccessProposed"), 19: ("body", "ProposalDeclined")},
    "LedgerFounded": {1: ("origin", "string"), 2: ("members", ["Member"]), 3: ("witness_policy", "string"),
                      4: ("contracts", ["ContractVersion"])},
    "Member": {1: ("member_id", "bytes"), 2: ("name", "string"), 3: ("signing_key", "bytes")},
    "ContractVersion": {1: ("contract", "string"), 2: ("version", "uint32")},
    "IdentityEnrolled": {1: ("identity_id", "bytes"), 2: ("member_id", "bytes"), 3: ("role", "enum"),
                         4: ("signing_key", "bytes"), 5: ("receiving_key", "bytes"), 6: ("sealing_key", "bytes")},
    "IdentityRetired": {1: ("identity_id", "bytes")},
    "DelegatingKeyShare": {1: ("public_share", "bytes"), 2: ("proof", "bytes")},
    "FolderOpened": {1: ("folder_id", "bytes"), 2: ("key_service_id", "bytes"), 3: ("signing_key", "bytes"),
                     4: ("verifying_key", "bytes"), 5: ("patient_share", "DelegatingKeyShare"),
                     6: ("service_share", "DelegatingKeyShare"), 7: ("delegating_key", "bytes")},
    "RecordDeposited": {1: ("record_id", "bytes"), 2: ("folder_id", "bytes"), 3: ("depositor_id", "bytes"),
                        4: ("ciphertext_commitment", "bytes"), 5: ("capsule_digest", "bytes"), 6: ("size_class", "uint32"),
                        7: ("kind", "enum")},
    "ConsentGranted": {1: ("consent_id", "bytes"), 2: ("folder_id", "bytes"), 3: ("grantee_id", "bytes"),
                       4: ("whole_folder", "bool"), 5: ("record_ids", ["bytes"]), 6: ("purpose", "string"),
                       7: ("not_before", "uint64"), 8: ("not_after", "uint64"), 9: ("maximum_opens", "uint32"),
                       10: ("threshold", "uint32"), 11: ("proxy_ids", ["bytes"]), 12: ("proposal_id", "bytes")},
    "KeysIssued": {1: ("consent_id", "bytes"), 2: ("precursor", "bytes"), 3: ("fragments", ["FragmentCommitment"])},
    "FragmentCommitment": {1: ("proxy_id", "bytes"), 2: ("fragment_id", "bytes"), 3: ("commitment", "bytes")},
    "AccessRequested": {1: ("authority", "consent"), 2: ("authority", "folder"), 3: ("record_id", "bytes"),
                        4: ("purpose", "string"), 5: ("answer_key", "bytes"), 6: ("record_ids", ["bytes"])},
    "Transformed": {1: ("request_id", "bytes"), 2: ("transformer_id", "bytes"), 3: ("fragment_digest", "bytes")},
    "RecordOpened": {1: ("request_id", "bytes")},
    "RecordExported": {1: ("request_id", "bytes")},
    "ConsentRevoked": {1: ("consent_id", "bytes")},
    "FragmentsDestroyed": {1: ("holder_id", "bytes"), 2: ("target", "consent"), 3: ("target", "folder"),
                           4: ("reason", "enum")},
    "FolderErased": {1: ("folder_id", "bytes")},
    "FragmentDisputed": {1: ("request_id", "bytes"), 2: ("transformer_id", "bytes"), 3: ("capsule", "bytes"),
                         4: ("capsule_fragment", "bytes"), 5: ("record_id", "bytes"), 6: ("part_digests", ["bytes"])},
    "ContractActivated": {1: ("contract", "string"), 2: ("version", "uint32"), 3: ("member_ids", ["bytes"])},
    "AccessProposed": {1: ("proposer_id", "bytes"), 2: ("folder_id", "bytes"), 3: ("whole_folder", "bool"),
                       4: ("record_ids", ["bytes"]), 5: ("purpose", "string"), 6: ("duration_milliseconds", "uint64"),
                       7: ("maximum_opens", "uint32"), 8: ("answerable_milliseconds", "uint64")},
    "ProposalDeclined": {1: ("proposal_id", "bytes")},
}
NUMBERS = {"uint64": 64, "uint32": 32, "enum": 32, "bool": 1}
DEFAULTS = {"bytes": b"", "string": "", "uint64": 0, "uint32": 0, "enum": 0, "bool": False}


class Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def varint(self):
        value, shift = 0, 0
        while True:
            demand(self.at < len(self.octets) and shift < 70, "undecodable", "varint")
            byte = self.octets[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                demand(shift <= 7 or byte != 0, "nonCanonicalEncoding", "a number with needless bytes")
                demand(value < 1 << 64, "undecodable", "a number of more than 64 bits")
                return value

    def take(self, count):
        demand(count <= len(self.octets) - self.at, "undecodable", "truncated")
        self.at += count
        return self.octets[self.at - count:self.at]


def read_number(reader, kind):
    value = reader.varint()
    # A negative enum number is written in ten bytes; no value that we accept is.
    demand(value < 1 << NUMBERS[kind] or kind == "enum", "nonCanonicalEncoding", f"{value} is no {kind}")
    demand(value != 0, "nonCanonicalEncoding", "a default written out")
    return bool(value) if kind == "bool" else value


def decode(name, octets):
    """The one canonical encoding of message `name`, as a dictionary; a oneof is a pair (alternative, value).

    The order of checks within one message does not matter to acceptance; where two things are wrong, codes may differ.
    """
    check_well_formed(octets)
    schema, reader, last = SCHEMA[name], Reader(octets), 0
    values = {}
    for field, kind in schema.values():
        if isinstance(kind, list):
            values[field] = []
        else:
            values[field] = DEFAULTS.get(kind)
    while reader.at < len(octets):
        tag = reader.varint()
        number, wire = tag >> 3, tag & 7
        demand(number in schema, "nonCanonicalEncoding", f"{name} has no field {number}")
        field, kind = schema[number]
        repeated = isinstance(kind, list)
        if repeated:
            kind = kind[0]
        demand(wire == (0 if kind in NUMBERS else 2), "nonCanonicalEncoding", f"{name}.{field} has wire type {wire}")
        demand(number > last or (repeated and number == last), "nonCanonicalEncoding", f"{name}.{field} is out of order")
        last = number
        if kind in NUMBERS:
            value = read_number(reader, kind)
        else:
            content = reader.take(reader.varint())
            alternative = kind in ("consent", "folder")
            demand(content or repeated or alternative or kind in SCHEMA, "nonCanonicalEncoding", "a default written out")
            if kind == "string":
                try:
                    value = content.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise Violation("undecodable", str(error)) from error
            elif kind == "bytes":
                value = content
            elif alternative:
                value = (kind, content)
            else:
                value = decode(kind, content)
                if field == "body":
                    value = (kind, value)
        if repeated:
            values[field].append(value)
        else:
            if field in ("body", "authority", "target"):
                demand(values[field] is None, "nonCanonicalEncoding", f"two alternatives of {name}.{field}")
            values[field] = value
    return values


def check_well_formed(octets):
    """That the bytes are fields at all, whatever their numbers: what any Protocol Buffers decoder can tell."""
    reader = Reader(octets)
    while reader.at < len(octets):
        try:
            tag = reader.varint()
            demand(tag >> 3 and tag & 7 in (0, 1, 2, 5), "undecodable", f"tag {tag}")
            if tag & 7 == 0:
                reader.varint()
            else:
                reader.take({1: 8, 5: 4}.get(tag & 7) or reader.varint())
        except Violation as violation:
            if violation.code != "nonCanonicalEncoding":
                raise
            return  # found again, with its place, by decode


# Fields ---------------------------------------------------------------------------------------------------------------

# The last microsecond of the year 9999, and its millisecond.
LATEST = 253_402_300_799_999_999
LATEST_MILLISECOND = 253_402_300_799_999
PURPOSES = set("""
    HMARKT HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING
    METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN HPAYMT CLMATTCH COVAUTH COVERAGE ELIGDTRM
    ELIGVER ENROLLM MILDCRG REMITADV HRESCH BIORCH CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH DSRCH POARCH TRANSRCH PATRQT
    FAMRQT PWATRNY SUPNWK PUBHLTH DISASTER THREAT TREAT CLINTRL COC ETREAT BTG ERTREAT POPHLTH
""".split())
FORGING = ((0, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
DEPOSITOR, DOCTOR, AUDITOR, KEY_SERVICE, PROXY = 1, 2, 3, 4, 5


def sized(value, size, what):
    demand(len(value) == size, "malformedField", f"{what} has {len(value)} bytes")


def counted(values, low, high, what):
    demand(low <= len(values) <= high, "malformedField", f"{len(values)} {what}")


def ascending(identifiers, what):
    for one, following in zip(identifiers, identifiers[1:]):
        demand(one < following, "notAscending", what)


def p256_key(value, what):
    demand(p256.decode(value) is not None, "malformedField", what)


def group_point(value, what):
    sized(value, 33, what)
    try:
        return curve.decode(value)
    except Refused as error:
        raise Violation("malformedField", f"{what}: {error}") from error


def timed(value, latest, what):
    demand(1 <= value <= latest, "malformedField", f"{what} {value}")


def named(text, what):
    """1 to 255 bytes without the characters that forge lines or turn text around."""
    demand(1 <= len(text.encode()) <= 255, "malformedField", what)
    demand(not any(first <= ord(c) <= last for c in text for first, last in FORGING), "malformedField", what)


def check_founding(body):
    demand(1 <= len(body["origin"]) <= 255, "malformedField", "origin")
    demand(all(0x20 < ord(c) < 0x7F and c != "+" for c in body["origin"]), "malformedField", "origin")
    counted(body["members"], 1, 64, "members")
    for member in body["members"]:
        sized(member["member_id"], 16, "member_id")
        named(member["name"], "name")
        p256_key(member["signing_key"], "signing_key")
    ascending([member["member_id"] for member in body["members"]], "members")
    demand(1 <= len(body["witness_policy"].encode()) <= 16384, "malformedField", "witness_policy")
    counted(body["contracts"], 3, 3, "contracts")


def check_enrolment(body):
    sized(body["identity_id"], 16, "identity_id")
    sized(body["member_id"], 16, "member_id")
    demand(1 <= body["role"] <= 5, "malformedField", "role")
    p256_key(body["signing_key"], "signing_key")
    if body["role"] == DOCTOR:
        group_point(body["receiving_key"], "receiving_key")
    else:
        sized(body["receiving_key"], 0, "receiving_key")
    sized(body["sealing_key"], 1216 if body["role"] == PROXY else 0, "sealing_key")


def check_folder(body):
    sized(body["folder_id"], 16, "folder_id")
    sized(body["key_service_id"], 16, "key_service_id")
    p256_key(body["signing_key"], "signing_key")
    group_point(body["verifying_key"], "verifying_key")
    for side in ("patient_share", "service_share"):
        demand(body[side] is not None, "malformedField", side)
        group_point(body[side]["public_share"], side)
        sized(body[side]["proof"], 64, "proof")
        for half in (body[side]["proof"][:32], body[side]["proof"][32:]):
            demand(0 < int.from_bytes(half, "big") < curve.N, "malformedField", "proof")
    group_point(body["delegating_key"], "delegating_key")


def check_deposit(body):
    for field, size in (("record_id", 16), ("folder_id", 16), ("depositor_id", 16), ("ciphertext_commitment", 32),
                        ("capsule_digest", 32)):
        sized(body[field], size, field)
    demand(body["size_class"] <= 64, "malformedField", "size_class")
    demand(1 <= body["kind"] <= 4, "malformedField", "kind")


def check_scope(body):
    demand(body["whole_folder"] != bool(body["record_ids"]), "malformedField", "scope")
    counted(body["record_ids"], 0, 1024, "record_ids")
    for identifier in body["record_ids"]:
        sized(identifier, 16, "record_ids")
    ascending(body["record_ids"], "record_ids")


def check_grant(body):
    for field in ("consent_id", "folder_id", "grantee_id"):
        sized(body[field], 16, field)
    check_scope(body)
    for identifier in body["proxy_ids"]:
        sized(identifier, 16, "proxy_ids")
    demand(len(body["proposal_id"]) in (0, 16), "malformedField", "proposal_id")
    demand(body["purpose"] in PURPOSES, "malformedField", "purpose")
    timed(body["not_before"], LATEST_MILLISECOND, "not_before")
    timed(body["not_after"], LATEST_MILLISECOND, "not_after")
    demand(1 <= body["maximum_opens"] <= 1_000_000, "malformedField", "maximum_opens")
    counted(body["proxy_ids"], 1, 255, "proxy_ids")
    ascending(body["proxy_ids"], "proxy_ids")
    demand(1 <= body["threshold"] <= len(body["proxy_ids"]), "malformedField", "threshold")


def check_issue(body):
    sized(body["consent_id"], 16, "consent_id")
    group_point(body["precursor"], "precursor")
    counted(body["fragments"], 1, 255, "fragments")
    for fragment in body["fragments"]:
        sized(fragment["proxy_id"], 16, "proxy_id")
        sized(fragment["fragment_id"], 32, "fragment_id")
        group_point(fragment["commitment"], "commitment")
    ascending([fragment["proxy_id"] for fragment in body["fragments"]], "fragments")
    for field in ("fragment_id", "commitment"):
        demand(len({f[field] for f in body["fragments"]}) == len(body["fragments"]), "malformedField", f"repeated {field}")


def requested(body):
    """The records of an AccessRequested, in order."""
    return body["record_ids"] or [body["record_id"]]


def check_access(body):
    demand(body["authority"] is not None, "malformedField", "authority")
    sized(body["authority"][1], 16, "authority")
    demand(bool(body["record_id"]) != bool(body["record_ids"]), "malformedField", "record_id and record_ids")
    if body["record_ids"]:
        counted(body["record_ids"], 2, 64, "record_ids")
    for record in requested(body):
        sized(record, 16, "record_id")
    ascending(body["record_ids"], "record_ids")
    demand(body["purpose"] in PURPOSES, "malformedField", "purpose")
    sized(body["answer_key"], 32, "answer_key")


def check_transform(body):
    sized(body["request_id"], 16, "request_id")
    sized(body["transformer_id"], 16, "transformer_id")
    sized(body["fragment_digest"], 32, "fragment_digest")


def check_destruction(body):
    sized(body["holder_id"], 16, "holder_id")
    demand(body["target"] is not None, "malformedField", "target")
    sized(body["target"][1], 16, "target")
    demand(1 <= body["reason"] <= 4, "malformedField", "reason")


def check_dispute(body):
    sized(body["request_id"], 16, "request_id")
    sized(body["transformer_id"], 16, "transformer_id")
    sized(body["capsule"], 98, "capsule")
    demand(1 <= len(body["capsule_fragment"]) <= 512, "malformedField", "capsule_fragment")
    demand(bool(body["record_id"]) == bool(body["part_digests"]), "malformedField", "record_id and part_digests")
    if body["record_id"]:
        sized(body["record_id"], 16, "record_id")
        counted(body["part_digests"], 2, 64, "part_digests")
    for digest in body["part_digests"]:
        sized(digest, 32, "part_digests")


def check_activation(body):
    named(body["contract"], "contract")
    counted(body["member_ids"], 1, 64, "member_ids")
    for member in body["member_ids"]:
        sized(member, 16, "member_ids")
    ascending(body["member_ids"], "member_ids")


def check_proposal(body):
    sized(body["proposer_id"], 16, "proposer_id")
    sized(body["folder_id"], 16, "folder_id")
    check_scope(body)
    demand(body["purpose"] in PURPOSES, "malformedField", "purpose")
    demand(1 <= body["duration_milliseconds"] <= 315_576_000_000, "malformedField", "duration_milliseconds")
    demand(1 <= body["maximum_opens"] <= 1_000_000, "malformedField", "maximum_opens")
    demand(86_400_000 <= body["answerable_milliseconds"] <= 7_776_000_000, "malformedField", "answerable_milliseconds")


def check_identifier(body):
    (field, value), = body.items()
    sized(value, 16, field)


CHECKS = {"LedgerFounded": check_founding, "IdentityEnrolled": check_enrolment, "FolderOpened": check_folder,
          "RecordDeposited": check_deposit, "ConsentGranted": check_grant, "KeysIssued": check_issue,
          "AccessRequested": check_access, "Transformed": check_transform, "FragmentsDestroyed": check_destruction,
          "FragmentDisputed": check_dispute, "ContractActivated": check_activation,
          "AccessProposed": check_proposal}


def read_transaction(octets):
    demand(len(octets) <= 60_000, "tooLong")
    transaction = decode("Transaction", octets)
    sized(transaction["transaction_id"], 16, "transaction_id")
    demand(transaction["body"] is not None, "missingBody")
    kind, body = transaction["body"]
    CHECKS.get(kind, check_identifier)(body)
    return transaction["transaction_id"], kind, body


def read_signed(octets):
    demand(len(octets) <= 60_000, "tooLong")
    signed = decode("SignedTransaction", octets)
    counted(signed["signatures"], 0, 64, "signatures")
    transaction = read_transaction(signed["transaction"])
    for signature in signed["signatures"]:
        sized(signature["signer_id"], 16, "signer_id")
        sized(signature["signature"], 64, "signature")
        demand(int.from_bytes(signature["signature"][32:], "big") <= (p256.ORDER - 1) // 2, "highS")
    ascending([signature["signer_id"] for signature in signed["signatures"]], "signatures")
    return signed, transaction


def read_entry(octets):
    demand(len(octets) <= 65_535, "tooLong")
    entry = decode("LedgerEntry", octets)
    timed(entry["sequenced_at"], LATEST, "sequenced_at")
    signed, transaction = read_signed(entry["signed_transaction"])
    return entry["sequenced_at"], entry["signed_transaction"], signed, transaction
