#!/usr/bin/env python3
"""Checks sealed-record vectors with an implementation written from Protocols/sealed-record.md alone.

    Scripts/check-sealed-record-vectors.py [FILE…]     default: Vectors/sealed-record.json

Every record is sealed again from its inputs and opened again from its container; every refusal's container is made and opened,
and must end in the refusal named. A field that this script does not know is an error, because it would go unchecked. Not checked:
the remarks `about` and `specification`, `generator_seed`, and what a vector is called.
Prints one count; exit 1 on the first thing that does not hold, 2 where `cryptography` (PyPI) is not installed.
"""

import json
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    from independent.sealed_record import (
        COMMITTED, MAGIC, SUITES, Header, Keys, Refusal, derive, encode_fields, open_container, sha256)
except ImportError:
    print("check-sealed-record-vectors: needs the PyPI package cryptography", file=sys.stderr)
    sys.exit(2)


class Wrong(Exception):
    """A vector that does not hold."""


def need(condition, what):
    if not condition:
        raise Wrong(what)


def padme(count):
    count = max(count, 4096)
    exponent = count.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (count + mask) & ~mask


def expand(seed, count):
    return b"".join(sha256(seed + struct.pack(">Q", i)) for i in range(-(-count // 32)))[:count]


INPUTS = ["suite", "segment_size", "padding", "record_id", "folder_public_key", "capsule", "seed", "metadata",
          "content_seed"]


def seal(record):
    """Every output of a record from its inputs, and its container."""
    suite = next((number for number, (name, _) in SUITES.items() if name == record["suite"]), None)
    need(suite is not None, "unknown suite")
    need(record["padding"] in ("none", "padme"), "unknown padding")
    seed = bytes.fromhex(record["seed"])
    need(len(seed) == 33, "a seed has 33 bytes")
    fields = encode_fields(record["metadata"])
    size = 1024
    while size < len(fields) + 4:
        size *= 2
    section = (struct.pack(">I", len(fields)) + fields).ljust(size, b"\0")
    count = sum(item["byte_count"] for item in record["metadata"]["files"])
    content = expand(bytes.fromhex(record["content_seed"]), count)
    body = content.ljust(padme(count) if record["padding"] == "padme" else count, b"\0")
    committed = (MAGIC + struct.pack(">BBBBIQ", 1, suite, record["segment_size"].bit_length() - 1, 0, size, len(body))
                 + bytes.fromhex(record["record_id"]) + bytes.fromhex(record["folder_public_key"])
                 + bytes.fromhex(record["capsule"]))
    need(len(committed) == COMMITTED, "an input has the wrong length")
    commitment = derive(seed, "commitment", sha256(committed), 32)
    header = Header(committed + commitment)
    need(header.segment == record["segment_size"], "a segment size is a power of two")
    keys = Keys(seed, header.bytes)
    cipher = SUITES[suite][1]
    aead = cipher(keys.body)
    container = bytearray(header.bytes + cipher(keys.metadata).encrypt(bytes(12), section, None))
    for index in range(header.segments):
        part = body[index * header.segment:(index + 1) * header.segment]
        container += aead.encrypt(header.nonce(keys, index), part, None)
    container = bytes(container)
    need(len(container) == header.total, "the container's length is not the header's")
    digest = sha256(container)
    ledger = sha256(b"parasol.sealed-record.v1/ciphertext-commitment" + keys.blinding + digest
                    + struct.pack(">Q", len(container)))
    outputs = {
        "content_byte_count": count, "content_sha256": sha256(content).hex(), "metadata_fields": fields.hex(),
        "committed_digest": sha256(committed).hex(), "key_commitment": commitment.hex(), "header": header.bytes.hex(),
        "header_digest": sha256(header.bytes).hex(), "metadata_key": keys.metadata.hex(), "body_key": keys.body.hex(),
        "body_nonce": keys.nonce.hex(), "ledger_blinding": keys.blinding.hex(), "container_byte_count": len(container),
        "container_sha256": digest.hex(), "ciphertext_commitment": ledger.hex(),
        "size_class_exponent": (len(container) - 1).bit_length(),
    }
    if len(container) <= 16384:
        outputs["container"] = container.hex()
    return outputs, container, content


def check_record(record):
    need(set(INPUTS) <= set(record), "an input is missing")
    outputs, container, content = seal(record)
    for name in set(record) | set(outputs):
        if name in INPUTS or name == "name":
            continue
        need(name in outputs, f"{name} is not a field of a record")
        need(name in record and record[name] == outputs[name], f"{name} does not follow from the inputs")
    try:
        metadata, opened = open_container(container, bytes.fromhex(record["seed"]))
    except Refusal as refusal:
        raise Wrong(f"refused: {refusal}")
    need(opened == content, "the content does not open as sealed")
    need(metadata == record["metadata"], "the metadata does not open as sealed")
    return container


def check_refusal(refusal, containers):
    need(set(refusal) == {"name", "record", "seed", "edits", "container_sha256", "refusal"}, "unknown or missing fields")
    need(refusal["record"] in containers, "no such record")
    container = containers[refusal["record"]]
    for edit in refusal["edits"]:
        offset, data = edit.get("offset"), bytes.fromhex(edit.get("bytes", ""))
        if edit["operation"] == "append":
            container = container + data
            continue
        need(edit["operation"] in ("set", "cut") and 0 <= offset <= len(container) - len(data), "an edit does not fit")
        if edit["operation"] == "set":
            container = container[:offset] + data + container[offset + len(data):]
        else:
            container = container[:offset]
    need(sha256(container).hex() == refusal["container_sha256"], "container_sha256 is not the edited container's")
    try:
        open_container(container, bytes.fromhex(refusal["seed"]))
    except Refusal as found:
        need(str(found) == refusal["refusal"], f"expected {refusal['refusal']}, found {found}")
        return
    raise Wrong("it opens")


def check_file(path):
    with open(path, encoding="utf-8") as stream:
        file = json.load(stream)
    need(file.get("format") == "parasol-sealed-record-vectors" and file.get("version") == 1, "not sealed-record vectors")
    known = {"format", "version", "specification", "about", "generator_seed", "records", "refusals"}
    need(set(file) == known, f"unknown or missing fields: {sorted(set(file) ^ known)}")
    containers = {}
    for item in file["records"] + file["refusals"]:
        try:
            if "record" in item:
                check_refusal(item, containers)
            else:
                need(item["name"] not in containers, "two records of this name")
                containers[item["name"]] = check_record(item)
        except (KeyError, ValueError, TypeError, AttributeError, struct.error) as error:
            raise Wrong(f"{item.get('name')}: malformed: {error!r}")
        except (Wrong, Refusal) as error:
            raise Wrong(f"{item.get('name')}: {error}")
    return len(file["records"]), len(file["refusals"])


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "Vectors", "sealed-record.json")
    for path in sys.argv[1:] or [default]:
        try:
            records, refusals = check_file(path)
        except (Wrong, OSError, json.JSONDecodeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        print(f"{os.path.normpath(path)}: {records} records sealed and opened, {refusals} refusals, all as they must be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
