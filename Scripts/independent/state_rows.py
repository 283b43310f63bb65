"""Rows of a world state by themselves, from Docs/contracts.md, section *The state root*, alone: each table's one shape."""

from .transactions import CHECKS, check_identifier, decode, demand, p256_key


class Value:
    """A row's fields read in order; each raises Violation where it is not one."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def take(self, count):
        demand(count <= len(self.octets) - self.at, "undecodable", "truncated")
        self.at += count
        return self.octets[self.at - count:self.at]

    def u(self, count):
        return int.from_bytes(self.take(count), "big")

    def flag(self):
        flag = self.u(1)
        demand(flag <= 1, "malformedField", "flag")
        return flag == 1

    def body(self, kind):
        body = decode(kind, self.take(self.u(2)))
        CHECKS.get(kind, check_identifier)(body)
        return body

    def event(self):
        identifier = self.take(16)
        self.take(8)
        self.take(8)
        return identifier

    def optional_event(self):
        if self.flag():
            self.event()

    def end(self):
        return self.at == len(self.octets)


def shape(*read):
    """A row's check: every reader in turn, whose last word must be the name where it has one; then the end."""
    def check(name, octets):
        value = Value(octets)
        for reader in read:
            own = reader(value)
            if isinstance(own, bytes) and own != name:
                return False
        return value.end()
    return check


def owned(kind, field):
    """A body that names its row."""
    return lambda value: value.body(kind)[field]


def event(value):
    value.event()


def progress(value):
    demand(value.u(8) > 0, "malformedField", "count")
    value.take(8)


def contracts(value):
    for _ in range(3):
        demand(value.u(4) > 0, "malformedField", "version")
        value.optional_event()


def founding(value):
    value.body("LedgerFounded")


def consent(value):
    terms = value.body("ConsentGranted")
    value.event()
    if value.flag():
        demand(value.body("KeysIssued")["consent_id"] == terms["consent_id"], "malformedField", "keys of another consent")
        value.event()
    value.optional_event()
    value.u(4)
    for _ in terms["proxy_ids"]:
        value.u(4)
        if value.flag():
            demand(1 <= value.u(1) <= 4, "malformedField", "reason")
            value.event()
    return terms["consent_id"]


def request(value):
    value.body("AccessRequested")
    identifier = value.event()
    value.take(33)
    for _ in range(value.u(1)):
        value.take(48)
        value.event()
        value.optional_event()
    value.optional_event()
    value.optional_event()
    return identifier


def proposal(value):
    value.body("AccessProposed")
    identifier = value.event()
    declined = value.flag()
    if declined:
        value.event()
    if value.flag():
        demand(not declined, "malformedField", "both declined and granted")
        value.take(16)
        value.event()
    return identifier


def counted_proposals(value):
    count = value.u(1)
    demand(1 <= count <= 4, "malformedField", "count")
    value.take(16 * count)


def signing_key(value):
    p256_key(value.take(33), "signing key")


def fixed(count):
    def read(value):
        value.take(count)
    return read


# By tag: how many bytes a key has behind it, and the check of a value behind its version.
SHAPES = {
    1: (0, shape(progress)), 2: (0, shape(founding)), 3: (0, shape(contracts)),
    4: (16, shape(owned("IdentityEnrolled", "identity_id"), event, Value.optional_event)), 5: (16, shape(signing_key)),
    6: (33, shape()), 7: (32, shape()), 8: (33, shape()),
    9: (16, shape(owned("FolderOpened", "folder_id"), event, Value.optional_event, Value.optional_event)),
    10: (16, shape(owned("RecordDeposited", "record_id"), event)), 11: (32, shape()), 12: (16, shape(consent)),
    13: (16, shape(request)), 14: (16, shape(fixed(8))),
    **{tag: (16, shape(fixed(8))) for tag in range(15, 27, 2)},
    **{tag: (24, shape(fixed(16))) for tag in range(16, 28, 2)},
    27: (16, shape(proposal)), 28: (16, shape(fixed(8))), 29: (24, shape(fixed(16))), 30: (16, shape(fixed(8))),
    31: (24, shape(fixed(16))), 32: (32, shape(counted_proposals)),
}
