"""每日跟进 · What goes on by itself every day, shard by shard: what no pay run has shown is listed; what is
to be recovered, or owed to heirs, is followed.
"""

from __future__ import annotations

from datetime import date

from chalicelib.cases import instructions, recovery_following
from chalicelib.errors import ConflictError
from chalicelib.observability import logger
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.dynamodb import shards


def follow_some(
    shard: str, on: date, each: Each, after: str = "", stop: Stop = never
) -> tuple[int, str | None]:
    """Follow whom anything concerns of a shard, behind one of them; how many, and behind whom to go on.

    May be repeated: what is listed stays listed, what follows its order already stays as it is.
    """
    overdue, recovered = instructions.unseen(on), recovery_following.concerned()
    mine = sorted(p for p in {*overdue, *recovered} if p > after and shards.is_in(p, shard))
    walk = Walk(mine, stop)
    for person in walk:
        with each(person=person):
            try:
                if person in overdue:
                    instructions.list_unseen(person, overdue[person], on)
                if person in recovered:
                    recovery_following.follow(person)
            except ConflictError:
                logger.warning("busy record left for tomorrow", extra={"person": person})
    return walk.count, None if walk.is_over else walk.last


def is_anybody_followed(on: date) -> bool:
    """Whether there is anybody whom anything concerns on a day."""
    return bool(instructions.unseen(on) or recovery_following.concerned())
