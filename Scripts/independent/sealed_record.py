"""Reads, writes and opens sealed records, from Protocols/sealed-record.md alone. Needs the PyPI package cryptography."""

import hashlib
import hmac
import re
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = bytes.fromhex("895053520d0a1a0a")
SUITES = {1: ("AES-256-GCM", AESGCM), 2: ("ChaCha20-Poly1305", ChaCha20Poly1305)}
HEADER, COMMITTED, TAG = 203, 171, 16
LONGEST = 1 << 40


class Refusal(Exception):
    """What the specification calls a refusal, by its name there."""


def refuse_unless(condition, name):
    if not condition:
        raise Refusal(name)


def sha256(data):
    return hashlib.sha256(data).digest()


def derive(seed, label, digest, length):
    info = label.encode("ascii") + digest
    return HKDF(algorithm=SHA256(), length=length, salt=b"parasol.sealed-record.v1", info=info).derive(seed)


class Keys:
    def __init__(self, seed, header):
        digest = sha256(header)
        self.metadata = derive(seed, "metadata key", digest, 32)
        self.body = derive(seed, "body key", digest, 32)
        self.nonce = derive(seed, "body nonce", digest, 7)
        self.blinding = derive(seed, "ledger blinding", digest, 32)


class Header:
    def __init__(self, container):
        refuse_unless(len(container) >= HEADER, "header-truncated")
        self.bytes = container[:HEADER]
        (magic, version, suite, exponent, reserved, metadata, body) = struct.unpack(">8sBBBBIQ", self.bytes[:24])
        refuse_unless(magic == MAGIC, "magic")
        refuse_unless(version == 1, "version")
        refuse_unless(suite in SUITES, "suite")
        refuse_unless(10 <= exponent <= 20, "segment-size")
        refuse_unless(reserved == 0, "reserved")
        refuse_unless(metadata in {1 << e for e in range(10, 21)}, "metadata-length")
        refuse_unless(body <= LONGEST, "body-length")
        self.suite, self.segment, self.metadata, self.body = suite, 1 << exponent, metadata, body
        self.segments = max(1, -(-body // self.segment))
        self.body_start = HEADER + metadata + TAG
        self.total = self.body_start + body + self.segments * TAG

    def place(self, index):
        """Start and end of a sealed segment in the container."""
        start = self.body_start + index * (self.segment + TAG)
        return start, start + min(self.segment, self.body - index * self.segment) + TAG

    def nonce(self, keys, index):
        return keys.nonce + struct.pack(">IB", index, 1 if index == self.segments - 1 else 0)


# Metadata -----------------------------------------------------------------------------------------------------------

NAMES = {1: "kind", 2: "payload_format", 3: "files", 4: "start_milliseconds", 5: "utc_offset_minutes",
         6: "duration_microseconds", 7: "sampling", 8: "leads", 9: "device", 10: "layouts"}


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("short")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))[0]

    def text(self):
        return self.take(self.number("B")).decode("utf-8")


def read_list(cursor, item):
    count = cursor.number("H")
    if not 1 <= count <= 256:
        raise ValueError("count")
    return [item(cursor) for _ in range(count)]


def read_file(c):
    return {"name": c.text(), "byte_count": c.number("Q")}


def read_lead(c):
    return {"name": c.text(), "unit": c.text(), "gain": c.number("d"), "baseline": c.number("q"),
            "resolution_bits": c.number("B")}


def read_layout(c):
    return {"file": c.number("H"), "preamble_byte_count": c.number("Q"), "frames_per_group": c.number("I"),
            "bytes_per_group": c.number("I")}


def read_sampling(c):
    return {"numerator": c.number("I"), "denominator": c.number("I"), "frame_count": c.number("Q")}


READERS = {3: lambda c: read_list(c, read_file), 4: lambda c: c.number("q"), 5: lambda c: c.number("h"),
           6: lambda c: c.number("Q"), 7: read_sampling, 8: lambda c: read_list(c, read_lead),
           10: lambda c: read_list(c, read_layout)}


def check_text(text, bound):
    data = text.encode("utf-8")
    if not 1 <= len(data) <= bound or any(b < 0x20 or b == 0x7F for b in data):
        raise ValueError("text")


def check_value(tag, value, metadata):
    """The rules of one field."""
    if tag in (1, 2):
        check_text(value, 64)
    elif tag == 3:
        for item in value:
            if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}", item["name"]):
                raise ValueError("name")
        if len({item["name"].lower() for item in value}) != len(value):
            raise ValueError("twice")
        if sum(item["byte_count"] for item in value) > LONGEST:
            raise ValueError("long")
    elif tag == 4:
        if not -62135596800000 <= value <= 253402300799999:
            raise ValueError("year")
    elif tag == 5:
        if not -1080 <= value <= 1080:
            raise ValueError("offset")
    elif tag == 6:
        if value > 1 << 62:
            raise ValueError("duration")
    elif tag == 7:
        if value["numerator"] == 0 or value["denominator"] == 0:
            raise ValueError("rate")
    elif tag == 8:
        for lead in value:
            check_text(lead["name"], 64)
            check_text(lead["unit"], 32)
            if lead["gain"] - lead["gain"] != 0:
                raise ValueError("gain")
    elif tag == 9:
        check_text(value, 255)
    elif tag == 10:
        for layout in value:
            if layout["file"] >= len(metadata["files"]) or 0 in (layout["frames_per_group"], layout["bytes_per_group"]):
                raise ValueError("layout")
            if layout["preamble_byte_count"] > metadata["files"][layout["file"]]["byte_count"]:
                raise ValueError("preamble")


def decode_metadata(section, body):
    outer = Cursor(section)
    try:
        content = outer.take(outer.number("I"))
    except (ValueError, struct.error):
        raise Refusal("metadata-section")
    refuse_unless(not any(section[outer.at:]), "metadata-padding")
    cursor, fields, previous = Cursor(content), {}, 0
    while cursor.at < len(content):
        try:
            tag = cursor.number("H")
            value = cursor.take(cursor.number("I"))
        except (ValueError, struct.error):
            raise Refusal("metadata-section")
        refuse_unless(tag > previous, f"metadata-order {tag}")
        refuse_unless(tag in NAMES or tag >= 0x8000, f"metadata-unknown {tag}")
        fields[tag] = value
        previous = tag
    for tag in (1, 2, 3):
        refuse_unless(tag in fields, f"metadata-missing {tag}")
    refuse_unless(4 in fields or 5 not in fields, "metadata-missing 4")
    metadata = {"leads": [], "layouts": [], "extensions": []}
    for tag, value in fields.items():
        if tag >= 0x8000:
            metadata["extensions"].append({"tag": tag, "bytes": value.hex()})
            continue
        try:
            if tag in READERS:
                inner = Cursor(value)
                decoded = READERS[tag](inner)
                if inner.at != len(value):
                    raise ValueError("trailing")
            else:
                decoded = value.decode("utf-8")
            check_value(tag, decoded, metadata)
        except (ValueError, struct.error):
            raise Refusal(f"metadata-field {tag}")
        metadata[NAMES[tag]] = decoded
    refuse_unless(sum(item["byte_count"] for item in metadata["files"]) <= body, "metadata-body")
    return metadata


def text8(text):
    data = text.encode("utf-8")
    return struct.pack(">B", len(data)) + data


def encode_fields(metadata):
    """The fields of a section, from the metadata of a vector."""
    made = {}
    for tag, name in NAMES.items():
        value = metadata.get(name)
        if value is None or value == []:
            continue
        if tag in (1, 2, 9):
            made[tag] = value.encode("utf-8")
        elif tag == 3:
            made[tag] = struct.pack(">H", len(value)) + b"".join(
                text8(item["name"]) + struct.pack(">Q", item["byte_count"]) for item in value)
        elif tag in (4, 5, 6):
            made[tag] = struct.pack({4: ">q", 5: ">h", 6: ">Q"}[tag], value)
        elif tag == 7:
            made[tag] = struct.pack(">IIQ", value["numerator"], value["denominator"], value["frame_count"])
        elif tag == 8:
            made[tag] = struct.pack(">H", len(value)) + b"".join(
                text8(lead["name"]) + text8(lead["unit"])
                + struct.pack(">dqB", lead["gain"], lead["baseline"], lead["resolution_bits"]) for lead in value)
        else:
            made[tag] = struct.pack(">H", len(value)) + b"".join(
                struct.pack(">HQII", item["file"], item["preamble_byte_count"], item["frames_per_group"],
                            item["bytes_per_group"]) for item in value)
    for item in metadata["extensions"]:
        made[item["tag"]] = bytes.fromhex(item["bytes"])
    return b"".join(struct.pack(">HI", tag, len(made[tag])) + made[tag] for tag in sorted(made))


# Containers ---------------------------------------------------------------------------------------------------------


def open_container(container, seed):
    """Metadata and content, or a Refusal; everything is checked, in the order of the specification."""
    header = Header(container)
    refuse_unless(len(container) >= header.total, "truncated")
    refuse_unless(len(container) <= header.total, "trailing")
    commitment = derive(seed, "commitment", sha256(header.bytes[:COMMITTED]), 32)
    refuse_unless(hmac.compare_digest(commitment, header.bytes[COMMITTED:]), "key")
    keys = Keys(seed, header.bytes)
    cipher = SUITES[header.suite][1]
    try:
        section = cipher(keys.metadata).decrypt(bytes(12), container[HEADER:header.body_start], None)
    except InvalidTag:
        raise Refusal("metadata")
    metadata = decode_metadata(section, header.body)
    count = sum(item["byte_count"] for item in metadata["files"])
    body, aead = bytearray(), cipher(keys.body)
    for index in range(header.segments):
        start, end = header.place(index)
        try:
            part = aead.decrypt(header.nonce(keys, index), container[start:end], None)
        except InvalidTag:
            raise Refusal(f"segment {index}")
        for offset in range(max(count, len(body)), len(body) + len(part)):
            refuse_unless(part[offset - len(body)] == 0, f"padding {offset}")
        body += part
    return metadata, bytes(body[:count])
