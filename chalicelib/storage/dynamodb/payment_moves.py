"""实发迁移 · Payments of before, an item each in their person's partition, are brought to where they are kept
now: a backfill that may break off anywhere and goes on.

It follows everybody in the order of their ids, so that those who share an item come together; it waits for
the rows by which everybody is found (`shard_moves`). Functions of before may still be writing while the new
ones come, and a person may lack that row until it is mended (`enumeration`): so the old place is given up
only by a round that found nothing to move, and began once each part of the table had been held against the
rows, as many nights after the first as there are shards. What a file has said since at the new place stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from chalicelib import clock
from chalicelib.model import Payment, PersonId
from chalicelib.runs import Stop, never
from chalicelib.storage.dynamodb import everybody, paid, shards, tables
from chalicelib.storage.dynamodb.items import decode, partition
from chalicelib.storage.dynamodb.shard_moves import Moved
from chalicelib.storage.dynamodb.tables import People, Work


@dataclass(frozen=True, slots=True)
class _Round:
    """How far the present round has come, as it is kept."""

    met: str  # when the first one began
    began: str = ""  # "": not yet
    shard: int = 0  # as many shards are done
    after: str = ""  # of the next one, up to whom
    moved: int = 0  # in this round


def move(stop: Stop = never) -> Moved:
    """Go on moving until there is nothing left, or `stop` says that there is no more time."""
    if paid.all_moved():
        return Moved(0, round_over=True, whole=True)
    now = _begun()
    if not shards.is_whole():
        _note(_Round(now.met))
        return Moved(0, round_over=False, whole=False)
    before = now.moved
    for shard in shards.every_shard()[now.shard :]:
        for _, some in groupby(everybody.ids_of(shard, now.after), key=paid.partition_of):
            together = list(some)
            now = replace(now, after=together[-1], moved=now.moved + _bring(together))
            if stop():
                _note(now)
                return Moved(now.moved - before, round_over=False, whole=False)
        now = replace(now, shard=now.shard + 1, after="")
    nights = timedelta(days=len(shards.every_shard()))
    settled = datetime.fromisoformat(now.began) - datetime.fromisoformat(now.met) >= nights
    whole = settled and not now.moved
    if whole:
        tables.put(Work(*paid.LAYOUT, body=paid.WHOLE))
    else:
        _note(_Round(now.met))
    return Moved(now.moved - before, round_over=True, whole=whole)


def _begun() -> _Round:
    """The round that goes on, or the next one."""
    row, at = tables.get(Work, *paid.LAYOUT), clock.now().isoformat()
    now = _Round(at) if row is None else _Round(**json.loads(row.body))
    return now if now.began else replace(now, began=at)


def _note(now: _Round) -> None:
    tables.put(Work(*paid.LAYOUT, body=json.dumps(asdict(now))))


def _bring(people: Iterable[PersonId]) -> int:
    """Put what these were paid where it is kept now, unless a file has said so there; then remove it."""
    place = People.sk.between(paid.BEFORE, f"{paid.BEFORE}~")
    found = [(person, item) for person in people for item in tables.query(People, partition(person), place)]
    paid.put_missing((person, decode(Payment, item.body)) for person, item in found)
    return tables.delete_all(item for _, item in found)
