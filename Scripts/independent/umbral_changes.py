"""The changes that make robustness items of Umbral vectors, by name; Protocols/umbral.md, section 9."""

from . import secp256k1 as curve
from .secp256k1 import G, N
from .vectors import need


def int32(value):
    return value.to_bytes(32, "big")


def flips(valid):
    """Where exactly one lowest bit of one byte differs, by the name of the change: type, and the places it may be in."""
    size = len(valid)
    return {
        ("capsule", "last byte of s flipped"): range(size - 1, size),
        ("capsule", "sign of V flipped"): range(38, 39),
        ("cfrag", "e1 sign flipped"): range(3, 4),
        ("cfrag", "z flipped"): range(size - 98, size - 66),
        ("cfrag", "kfrag id flipped"): range(73, 105),
        ("kfrag", "key flipped"): range(73, 105),
    }


def uncompressed(field):
    return b"\xc4\x41\x04" + b"".join(int32(c) for c in curve.decode(field))


def exact(valid):
    """The bytes that a change gives, by its name."""
    e, v, s = valid[3:36], valid[38:71], valid[71:]
    return {
        ("capsule", "trailing byte"): lambda: valid + b"\x00",
        ("capsule", "truncated"): lambda: valid[:-1],
        ("capsule", "uncompressed points"): lambda: b"\x93" + uncompressed(e) + uncompressed(v) + s,
        ("capsule", "array16 header"): lambda: b"\xdc\x00\x03" + valid[1:],
        ("capsule", "map with field names"): lambda: (
            b"\x83\xa7point_e\xc4\x21" + e + b"\xa7point_v\xc4\x21" + v + b"\xa9signature" + s
        ),
        ("capsule", "identity points, s=0"): lambda: b"\x93\xc4\x01\x00\xc4\x01\x00\xc4\x20" + bytes(32),
        ("capsule", "s not reduced (2^256-1)"): lambda: valid[:-32] + b"\xff" * 32,
        ("capsule", "two elements"): lambda: b"\x92" + valid[1:71],
        ("cfrag", "kfrag signature high-S"): lambda: valid[:-32] + int32(N - int.from_bytes(valid[-32:], "big")),
        ("cfrag", "kfrag signature r=0"): lambda: valid[:-64] + bytes(32) + valid[-32:],
        ("cfrag", "e1 identity"): lambda: b"\x95\xc4\x01\x00" + valid[36:],
        ("kfrag", "flags swapped"): lambda: valid[:-2] + valid[:-3:-1],
        ("kfrag", "params.u = G"): lambda: valid[:4] + curve.encode(G) + valid[37:],
    }


def check_change(kind, what, valid, item, where):
    """Refuses where `item` is not the valid object with the change that `what` names, or no change has that name."""
    if what == "valid":
        need(item == valid, f"{where} is not the valid {kind}")
        return
    places = flips(valid).get((kind, what))
    if places is not None:
        need(len(item) == len(valid), f"{where} has another length than the valid {kind}")
        differing = [i for i, (x, y) in enumerate(zip(valid, item)) if x != y]
        flipped = len(differing) == 1 and differing[0] in places and item[differing[0]] == valid[differing[0]] ^ 1
        need(flipped, f"{where} is not the valid {kind} with this change: {what}")
        return
    change = exact(valid).get((kind, what))
    need(change is not None, f"{where}: no change of a {kind} is called {what!r}")
    need(change() == item, f"{where} is not the valid {kind} with this change: {what}")
