#!/usr/bin/env python3
"""Check a log's folder against the C2SP specifications, sharing no code with ours: hashlib for the tree, pyca/cryptography for
the signatures.

usage: check-log.py FOLDER POLICY [--old CHECKPOINT…]

FOLDER holds `checkpoint` and `tile/…` (tlog-tiles), POLICY is a tlog-policy. The checkpoint must be signed by the policy's log and
cosigned by its quorum, at least; every bundle and every tile of every level must be there and be what the entries make it, and
nothing else may lie there but partial tiles of earlier sizes; every older checkpoint must be the root of the first entries.

Exit status: 0 all of it, 1 not (what is wrong is printed), 2 wrong usage.
"""

import base64
import hashlib
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\x01" + left + right)


def root(hashes):
    """RFC 6962: of leaf hashes, level by level; the last of an odd number moves up as it is."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)] + odd
    return hashes[0]


def key(vkey):
    name, rest = vkey.split("+", 1)
    identifier, typed = rest.split("+", 1)
    typed = base64.b64decode(typed, validate=True)
    if sha256(name.encode() + b"\n" + typed)[:4].hex() != identifier:
        raise Wrong(f"{vkey} has another hash than its name and bytes")
    return name, bytes.fromhex(identifier), typed[0], typed[1:]


def read_policy(path):
    log, witnesses, groups, quorum = None, {}, {}, None
    for line in path.read_text(encoding="utf-8").split("\n"):
        word, *rest = line.split() or [""]
        if word == "log":
            log = key(rest[0])
        elif word == "witness":
            witnesses[rest[0]] = key(rest[1])
        elif word == "group":
            name, rule, members = rest[0], rest[1], rest[2:]
            groups[name] = ({"any": 1, "all": len(members)}.get(rule) or int(rule), members)
        elif word == "quorum":
            quorum = rest[0]
    return log, witnesses, groups, quorum


def is_met(name, groups, cosigned):
    if name not in groups:
        return name in cosigned
    wanted, members = groups[name]
    return sum(is_met(member, groups, cosigned) for member in members) >= wanted


def read_checkpoint(data, policy):
    log, witnesses, groups, quorum = policy
    text, lines = data.decode().rsplit("\n\n", 1)
    text += "\n"
    cosigned, signed = set(), False
    for line in lines.rstrip("\n").split("\n"):
        dash, name, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        for label, (known, identifier, kind, public) in [("", log), *witnesses.items()]:
            if dash != "\u2014" or name != known or blob[:4] != identifier:
                continue
            message, signature = text.encode(), blob[4:]
            if kind == 4:
                time = struct.unpack(">Q", signature[:8])[0]
                message, signature = f"cosignature/v1\ntime {time}\n".encode() + message, signature[8:]
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            signed |= label == ""
            cosigned.add(label)
    if not signed:
        raise Wrong("the checkpoint is not signed by the policy's log")
    if not is_met(quorum, groups, cosigned):
        raise Wrong(f"the quorum is not met by {sorted(cosigned - {''})}")
    origin, size, hashed = text.split("\n")[:3]
    if origin != log[0]:
        raise Wrong(f"the checkpoint is of {origin}")
    return int(size), base64.b64decode(hashed, validate=True)


def path(kind, index, width):
    text, rest = f"{index % 1000:03}", index // 1000
    while rest:
        text, rest = f"x{rest % 1000:03}/{text}", rest // 1000
    return f"tile/{kind}/{text}" + ("" if width == 256 else f".p/{width}")


def read_entries(folder, size):
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        data, position = (folder / path("entries", index, width)).read_bytes(), 0
        for _ in range(width):
            length = struct.unpack_from(">H", data, position)[0]
            yield data[position + 2 : position + 2 + length]
            position += 2 + length
        if position != len(data):
            raise Wrong(f"{path('entries', index, width)} has {len(data)} bytes, its {width} entries {position}")


def check_tiles(folder, hashes):
    level, expected = 0, set()
    while hashes:
        for index in range((len(hashes) + 255) // 256):
            part = hashes[256 * index : 256 * index + 256]
            expected.add(path(level, index, len(part)))
            if level == 0:
                expected.add(path("entries", index, len(part)))
            if (folder / path(level, index, len(part))).read_bytes() != b"".join(part):
                raise Wrong(f"{path(level, index, len(part))} has other hashes than the entries make")
        hashes = [root(hashes[i : i + 256]) for i in range(0, len(hashes) - 255, 256)]
        level += 1
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name != "checkpoint" and name not in expected and ".p/" not in name:
            raise Wrong(f"{name} is no tile of this tree")


def main(arguments):
    if len(arguments) < 2 or (len(arguments) > 2 and arguments[2] != "--old"):
        print(__doc__, file=sys.stderr)
        return 2
    folder, policy = pathlib.Path(arguments[0]), read_policy(pathlib.Path(arguments[1]))
    try:
        size, expected = read_checkpoint((folder / "checkpoint").read_bytes(), policy)
        hashes = [sha256(b"\x00" + entry) for entry in read_entries(folder, size)]
        if root(hashes) != expected:
            raise Wrong(f"the {size} entries have not the checkpoint's root")
        check_tiles(folder, hashes)
        for old in arguments[3:]:
            old_size, old_root = read_checkpoint(pathlib.Path(old).read_bytes(), policy)
            if old_size > size or root(hashes[:old_size]) != old_root:
                raise Wrong(f"{old} is not of the first {old_size} entries")
    except (Wrong, OSError, ValueError, struct.error, InvalidSignature) as error:
        print(f"{folder}: {error or type(error).__name__}")
        return 1
    print(f"{folder}: {size} entries, every tile and the quorum's signatures hold by an independent implementation")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
