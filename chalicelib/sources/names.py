"""Whether two names can be one: a lost character is a wildcard, not a difference (domain section 6).

>>> same_name("买买提•艾力", "买买提·艾力"), same_name("王□国", "王建国"), same_name("王建国", "王建")
(True, True, False)
"""

from __future__ import annotations

import re
from functools import lru_cache

from chalicelib.sources.cells import words_of

_LOST = re.compile("[?？□\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]+")


def same_name(one: str, other: str) -> bool:
    """Whether two names can be the same, at least one character of each being the same for certain."""
    first, second = _plain(one), _plain(other)
    if not first or not second:
        return False
    if first == second:
        return bool(_LOST.sub("", first))
    return _fits(first, second) or _fits(second, first)


def is_whole(name: str) -> bool:
    """Whether no character of a name has been lost.

    >>> is_whole("王建国"), is_whole("王□国")
    (True, False)
    """
    return _LOST.search(name) is None


def _plain(name: str) -> str:
    return "".join(words_of(name).split()).upper()


def _fits(pattern: str, name: str) -> bool:
    certain = _LOST.sub("", pattern)
    return bool(certain) and certain != pattern and _pattern(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1000)
def _pattern(name: str) -> re.Pattern[str]:
    """A run of lost characters stands for as many, or fewer: some programs write two for one."""
    parts, place = [], 0
    for lost in _LOST.finditer(name):
        parts.append(re.escape(name[place : lost.start()]) + f".{{1,{lost.end() - lost.start()}}}")
        place = lost.end()
    return re.compile("".join(parts) + re.escape(name[place:]), re.DOTALL)
