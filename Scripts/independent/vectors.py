"""What the checkers of vector files share: fields that must all be asked for, bound objects, and changes to try."""

import copy
import hashlib
import json

from .secp256k1 import Refused


def need(condition, message):
    """Refuses where something that must hold does not."""
    if not condition:
        raise Refused(message)


def octets(text, where):
    """Bytes from the one way of writing them: lower-case hexadecimal digits, two a byte."""
    need(isinstance(text, str), f"{where} is not a text")
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise Refused(f"{where} is not hex") from None
    need(value.hex() == text, f"{where} is not plain lower-case hex")
    return value


class Fields:
    """A dictionary whose every field must be asked for; `remarks` are the names that may say anything."""

    def __init__(self, values, where, remarks=()):
        need(isinstance(values, dict), f"{where} is not an object")
        self.values, self.where, self.remarks, self.asked = values, where, remarks, set(remarks)

    def __contains__(self, name):
        return name in self.values

    def raw(self, name):
        need(name in self.values, f"{self.where} lacks {name}")
        self.asked.add(name)
        return self.values[name]

    def octets(self, name):
        return octets(self.raw(name), f"{self.where}.{name}")

    def list(self, name):
        return [octets(text, f"{self.where}.{name}") for text in self.raw(name)]

    def fields(self, name):
        return Fields(self.raw(name), f"{self.where}.{name}", self.remarks)

    def equal(self, name, value):
        """The field holds exactly this: bytes, a list of bytes, or a plain value."""
        found = self.raw(name)
        if isinstance(value, bytes):
            value = value.hex()
        elif isinstance(value, list):
            value = [item.hex() for item in value]
        need(found == value and type(found) is type(value), f"{self.where}.{name} is {found}, not {value}")

    def finish(self):
        unknown = sorted(set(self.values) - self.asked)
        need(not unknown, f"{self.where} has fields that nothing here checks: {', '.join(unknown)}")


# Bound objects: Protocols/transactions.md, section Vectors -----------------------------------------------------------


def digest(values):
    """SHA-256 of an object without its member `sha256`, in RFC 8785's form: integers and ASCII names only."""
    bare = {name: value for name, value in values.items() if name != "sha256"}
    text = json.dumps(bare, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def bound(values):
    """The object with its digest behind its members."""
    return {**values, "sha256": digest(values)}


def need_bound(values, where):
    need(values.get("sha256") == digest(values), f"{where}: sha256 is not that of the other members")


# One changed digit ---------------------------------------------------------------------------------------------------


def places(value, remarks=(), path=()):
    """Paths of all texts, numbers and truths that are not under one of these names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in remarks:
                yield from places(inner, remarks, path + (name,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, remarks, path + (index,))
    else:
        yield path


def changed(value):
    """A value of the same kind, and another."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    middle = len(value) // 2
    return value[:middle] + ("1" if value[middle] == "0" else "0") + value[middle + 1:] if value else "00"


def mutant(document, path):
    """A copy of the document with the value at `path` changed."""
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = changed(holder[path[-1]])
    return copied
