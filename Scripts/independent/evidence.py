"""Reads evidence and says what it establishes, from Protocols/evidence.md alone."""

from . import merkle
from .ledger import Ledger
from .notes import BadNote, Checkpoint, Note, decimal, unb64
from .transactions import Violation, read_entry

HEADER = b"parasol-evidence@v1\n"
MAXIMUM_BYTES, MAXIMUM_NOTE, MAXIMUM_PATH = 262_144, 65_536, 65

# Docs/contracts.md.
CODES = set("""
    tooLong undecodable nonCanonicalEncoding malformedField missingBody notAscending highS missingSignature unexpectedSignature
    invalidSignature signaturesNotVerified notFounded alreadyFounded wrongOrigin unknownContractVersion notAQuorum versionNotLater
    timeNotIncreasing duplicateTransaction stateUnavailable unknownMember unknownIdentity identifierTaken keyTaken wrongRole
    identityRetired unknownFolder folderErased shareProofInvalid delegatingKeyMismatch unknownRecord recordTaken capsuleTaken
    recordNotInFolder unknownConsent consentTaken badConsentPeriod proxiesNotIndependent keysAlreadyIssued keysNotIssued
    fragmentsMismatch consentNotYetValid consentExpired consentRevoked consentUsedUp granteeRetired recordNotCovered
    purposeMismatch unknownRequest notATransformer alreadyTransformed fragmentDestroyed notEnoughTransforms alreadyOpened
    notOpened alreadyExported notAHolder alreadyDestroyed destructionNotDue unknownTransform notDisputable alreadyDisputed
    capsuleMismatch fragmentMismatch fragmentIsCorrect notInForce unknownProposal tooManyProposals proposalMismatch
    proposalAnswered proposalLapsed
""".split())


class NoEvidence(Exception):
    """What is no evidence, by name."""

    def __init__(self, name, reason=""):
        super().__init__(f"{name}: {reason}")
        self.name = name


def demand(condition, name, reason=""):
    if not condition:
        raise NoEvidence(name, reason)


class Lines:
    """The lines of a file, and the notes between them."""

    def __init__(self, encoded):
        demand(len(encoded) <= MAXIMUM_BYTES, "tooLarge")
        demand(encoded.startswith(HEADER), "malformed", "header")
        self.rest = encoded[len(HEADER):]

    def line(self):
        line, newline, self.rest = self.rest.partition(b"\n")
        demand(newline, "malformed", "no newline")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise NoEvidence("malformed", "not UTF-8") from error

    def fields(self, keyword, count):
        found, *fields = self.line().split(" ")
        demand(found == keyword and len(fields) == count, "malformed", found)
        return fields

    @staticmethod
    def strictly(read, text):
        try:
            return read(text)
        except BadNote as error:
            raise NoEvidence("malformed", text) from error

    def number(self, text):
        return self.strictly(decimal, text)

    def octets(self):
        return self.strictly(unb64, self.line())

    def tree(self):
        """(note, path)"""
        octets, hashes = map(self.number, self.fields("checkpoint", 2))
        demand(octets <= min(MAXIMUM_NOTE, len(self.rest)) and hashes <= MAXIMUM_PATH, "malformed", "counts")
        note, self.rest = self.strictly(Note, self.rest[:octets]), self.rest[octets:]
        path = [self.octets() for _ in range(hashes)]
        demand(all(len(step) == 32 for step in path), "malformed", "path")
        return note, path


def checkpoint(note):
    try:
        return Checkpoint(note.text)
    except BadNote as error:
        raise NoEvidence("notACheckpoint", str(error)) from error


def read(encoded):
    """("fork", prefix, [tree, tree]) or ("leaf", index, [tree], code, leaf)."""
    lines = Lines(encoded)
    lines.number(*lines.fields("seen", 1))
    if lines.rest.startswith(b"fork "):
        prefix = lines.number(*lines.fields("fork", 1))
        trees = [lines.tree(), lines.tree()]
        first, second = (checkpoint(note) for note, _ in trees)
        demand((first.size, first.root if first.size == second.size else b"") <= (second.size, second.root), "malformed")
        demand(0 < prefix <= first.size, "malformed", "prefix")
        demand(first.size < second.size or prefix == first.size, "malformed", "prefix")
        result = "fork", prefix, trees
    else:
        index, code = lines.fields("leaf", 2)
        index = lines.number(index)
        demand(code in CODES, "malformed", code)
        leaf, tree = lines.octets(), lines.tree()
        checkpoint(tree[0])
        result = "leaf", index, [tree], code, leaf
    demand(not lines.rest, "malformed", "more behind the end")
    return result


def signed(tree, log):
    """The checkpoint of a tree that the log signed."""
    note, _ = tree
    try:
        note.signers([log])
        found = Checkpoint(note.text)
    except BadNote as error:
        raise NoEvidence("notSigned", str(error)) from error
    demand(found.origin == log.name, "otherLog", found.origin)
    return found


def verify(encoded, log, earlier=None):
    """What is established, in the members of a vector; `earlier` are the leaves at hand, if any."""
    charge, number, trees, *rest = read(encoded)
    if charge == "fork":
        roots, sizes = [], []
        for tree in trees:
            sizes.append(signed(tree, log).size)
        for tree in trees:
            found = checkpoint(tree[0])
            roots.append(merkle.prefix_root(number, found.size, tree[1], found.root))
            demand(roots[-1] is not None, "leadsNowhere", f"{found.size}")
        demand(roots[0] != roots[1], "noConflict")
        return {"finding": "forked", "prefix": number, "sizes": sizes}
    code, leaf = rest
    found, path = signed(trees[0], log), trees[0][1]
    reached = merkle.leads(number, found.size, merkle.leaf_hash(leaf), path)
    demand(reached == found.root, "leadsNowhere", f"{found.size}")
    broken = {"finding": "ruleBroken", "index": number, "sizes": [found.size], "code": code}
    try:
        read_entry(leaf)
    except Violation as violation:
        demand(violation.code == code, "otherRule", violation.code)
        return {**broken, "basis": "leafAlone"}
    if number and earlier is None:
        return {**broken, "finding": "leafSigned"}
    before = (earlier or [])[:number]
    hashes = [merkle.leaf_hash(leaf) for leaf in before]
    demand(len(before) == number, "otherEarlierLeaves")
    demand(merkle.left_edge(number, found.size, path) == merkle.right_edge(hashes), "otherEarlierLeaves")
    ledger = Ledger(found.origin)
    for index, one in enumerate([*before, leaf]):
        try:
            ledger.apply(one)
        except Violation as violation:
            demand(index < number or violation.code == code, "otherRule", violation.code)
            return {**broken, "index": index, "code": violation.code, "basis": "earlierLeaves"}
    raise NoEvidence("noRuleBroken")
