"""默克尔树 · The tree of RFC 6962 over texts: one root for all, and a short path that proves one of them.

leaf = SHA-256(0x00 + text); node = SHA-256(0x01 + left + right); of n leaves, the left part holds the largest
power of two below n. Digests are hex.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple


class Step(NamedTuple):
    """What stands beside a proven part of the tree, and on which side."""

    is_left: bool
    digest: str


def leaf_of(text: str) -> str:
    """The digest of one leaf."""
    return _hash(b"\x00" + text.encode())


def root_of(leaves: Sequence[str]) -> str:
    """The root over the digests of leaves, in their order; of none, SHA-256 of nothing."""
    if not leaves:
        return _hash(b"")
    level = list(leaves)  # pairs from the left make the same tree as its definition, and need no recursion
    while len(level) > 1:
        level = [_above(level, place) for place in range(0, len(level), 2)]
    return level[0]


def path_of(leaves: Sequence[str], place: int) -> tuple[Step, ...]:
    """What leads from the leaf at a place to the root, from below; IndexError where there is none."""
    if not 0 <= place < len(leaves):
        raise IndexError(f"no leaf {place} among {len(leaves)}")
    level, steps = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(Step(beside < place, level[beside]))
        level = [_above(level, at) for at in range(0, len(level), 2)]
        place //= 2
    return tuple(steps)


def root_by(leaf: str, path: Sequence[Step]) -> str:
    """The root to which a path leads from the digest of a leaf."""
    found = leaf
    for step in path:
        found = _node(step.digest, found) if step.is_left else _node(found, step.digest)
    return found


def _above(level: Sequence[str], place: int) -> str:
    """The node over two of a level; the last of an odd number goes up as it is."""
    return level[place] if place + 1 == len(level) else _node(level[place], level[place + 1])


def _node(left: str, right: str) -> str:
    return _hash(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
