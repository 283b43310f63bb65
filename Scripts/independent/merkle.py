"""Merkle trees of RFC 6962 and RFC 9162, over lists of leaf hashes: roots, paths made by their recursive definitions, and paths
checked by the iterative procedures of RFC 9162, which share nothing with them."""

import hashlib


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(leaf):
    return sha256(b"\0" + leaf)


def node(left, right):
    return sha256(b"\1" + left + right)


def split(count):
    """The largest power of two below count."""
    return 1 << ((count - 1).bit_length() - 1)


def root(leaves):
    """Of leaf hashes, level by level; the last of an odd number moves up as it is."""
    if not leaves:
        return sha256(b"")
    while len(leaves) > 1:
        odd = leaves[-1:] if len(leaves) % 2 else []
        leaves = [node(leaves[i], leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)] + odd
    return leaves[0]


def inclusion(index, leaves):
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return inclusion(index, leaves[:k]) + [root(leaves[k:])]
    return inclusion(index - k, leaves[k:]) + [root(leaves[:k])]


def _subproof(count, leaves, whole):
    if count == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if count <= k:
        return _subproof(count, leaves[:k], whole) + [root(leaves[k:])]
    return _subproof(count - k, leaves[k:], False) + [root(leaves[:k])]


def prefix_path(count, leaves):
    """Protocols/evidence.md: the consistency path, with the root of the first leaves in front where it leaves that out."""
    path = _subproof(count, leaves, True)
    return [root(leaves[:count])] + path if count & (count - 1) == 0 and count < len(leaves) else path


def leads(index, size, leaf, path):
    """The root to which an inclusion path leads (RFC 9162, section 2.1.3.2); None where it is too long or too short."""
    if index >= size:
        return None
    fn, sn, result = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            result = node(step, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node(result, step)
        fn, sn = fn >> 1, sn >> 1
    return result if sn == 0 else None


def prefix_root(count, size, path, whole):
    """The root of the first `count` of `size` leaves, where the path leads to the root `whole`; else None.

    RFC 9162, section 2.1.4.2, from a first hash that is in the path.
    """
    if not 0 < count <= size:
        return None
    if count == size:
        return None if path else whole
    if not path:
        return None
    fn, sn = count - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for step in path[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            old, new = node(step, old), node(step, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node(new, step)
        fn, sn = fn >> 1, sn >> 1
    return old if sn == 0 and new == whole else None


def left_edge(index, size, path):
    """Of an inclusion path, the hashes to the left, from the largest subtree down: the right edge of the tree before the leaf."""
    left, fn, sn = [], index, size - 1
    for step in path:
        if fn & 1 or fn == sn:
            left.append(step)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    return left[::-1]


def right_edge(leaves):
    """The roots of the complete subtrees that make up these leaves, largest first."""
    edge, at = [], 0
    for bit in range(len(leaves).bit_length() - 1, -1, -1):
        if len(leaves) >> bit & 1:
            edge.append(root(leaves[at:at + (1 << bit)]))
            at += 1 << bit
    return edge
