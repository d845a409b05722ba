"""访问频率 · How many requests one caller may send in a minute, whichever processes they reach (decision
0010).

A process counts by itself, and adds what it has counted to the caller's item with every twentieth request;
the answer is what all processes have told. So whoever asks less than twenty times a minute costs no write at
all, and each process overlooks nineteen requests at most. A look that finds nobody counts for ten more, and
is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role
from chalicelib.settings import settings
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import callers

TOLD_EVERY: Final = 20
FAILED_LOOK: Final = 10
_MINUTE: Final = 60


@dataclass(slots=True)
class _Count:
    """What is known of one caller's requests in the minute."""

    all_told: int = 0
    own: int = 0  # of this process, not yet told


_counts: Final[dict[tuple[str, str, str], _Count]] = {}
_minute: Final[list[int]] = []  # the one that is counted; at most one
on_forget(_counts.clear)


def asks(caller: Caller, at: datetime) -> None:
    """Count a request; Problem 429 for one too many. Once they are known to be too many, none is counted."""
    count, most = _count_of(caller, at), _most(caller)
    if count.all_told + count.own <= most:
        _add(caller, at, 1, TOLD_EVERY)
    if count.all_told + count.own > most:
        left = _MINUTE - int(at.timestamp()) % _MINUTE
        raise Problem("caller_limited", headers={"Retry-After": str(left)})


def found_nobody(caller: Caller, at: datetime) -> None:
    """Count a look that failed, and tell it at once."""
    _add(caller, at, FAILED_LOOK, 0)


def _most(caller: Caller) -> int:
    """An app asks with one token for all whom it serves; everybody else for themselves."""
    said = settings()
    own = caller.role is not Role.APP
    return int(said.caller_requests_per_minute if own else said.app_requests_per_minute)


def _count_of(caller: Caller, at: datetime) -> _Count:
    minute = int(at.timestamp()) // _MINUTE
    if _minute != [minute]:
        _minute[:] = [minute]
        _counts.clear()
    return _counts.setdefault((caller.role.value, caller.area, caller.subject), _Count())


def _add(caller: Caller, at: datetime, more: int, told_from: int) -> None:
    count = _count_of(caller, at)
    count.own += more
    if count.own >= told_from:
        telling = count.own
        count.all_told = callers.requests(caller.role.value, caller.area, caller.subject, at, telling)
        count.own -= telling
