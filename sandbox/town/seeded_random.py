"""Chance that depends on words, not on order: the same town whatever runs first.

Two actors that act at the same instant may do so in either order; drawing from one generator would
then give another town. Each question therefore has a generator of its own, named by words.
"""

from __future__ import annotations

import hashlib
from random import Random


def chance(*words: object) -> Random:
    """The generator of one question, e.g. `chance(seed, "reacts", person, day)`.

    >>> chance(1, "coin").random() == chance(1, "coin").random()
    True
    >>> chance(1, "coin").random() == chance(2, "coin").random()
    False
    """
    text = "/".join(str(word) for word in words)
    return Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


def happens(probability: float, *words: object) -> bool:
    """Whether something happens, with this probability, to whom and when the words say."""
    return chance(*words).random() < probability
