"""分片迁移 · Rows of another layout are brought to where this deployment looks for them, and everybody gets a
row of their own: a backfill that may break off anywhere and goes on.

A table in which no layout is written is one of before: its rows lie by the first letter's code modulo 4, and
nothing enumerates people. What stands on a record decides which of its rows move; a row that follows from
no record any more goes. Functions of before may still be writing while the new ones come, so another layout
is given up only by a round that began `SETTLED` after it was first met, and found nothing to move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib import clock
from chalicelib.errors import NotFoundError
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import enumeration, people, shards, tables, worklist_rows
from chalicelib.storage.dynamodb.tables import Work

SETTLED: Final = timedelta(hours=1)
_OF_RECORDS: Final = ("BACK", "KIN", "LOSS", "OPEN", "OUT")
_HINTS: Final = (shards.ALL, "DATE", "DUE", "EVENT")

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Moved:
    """What one call has done: rows moved or written, whether its round is over, and whether all is."""

    rows: int
    round_over: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class _Round:
    """How far the present round has come, as it is kept with the layout."""

    met: str  # when another layout was first met
    began: str
    after: tables.Place | None = None  # of the pass over the profiles
    profiles_done: bool = False
    rows: int = 0  # moved in this round

    def kept(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def move(stop: Stop = lambda: False) -> Moved:
    """Go on moving until there is nothing left, or `stop` says that there is no more time."""
    if shards.is_whole():
        return Moved(0, round_over=True, whole=True)
    now = _begun()
    before = now.rows
    others = shards.layouts()[1:]
    for more in _steps(now, others):
        now = replace(now, **more)
        if stop():
            shards.note(shards.layout(), now.kept())
            return Moved(now.rows - before, round_over=False, whole=False)
    settled = datetime.fromisoformat(now.began) - datetime.fromisoformat(now.met) >= SETTLED
    whole = settled and not now.rows
    if whole:
        shards.note(shards.layout(), {})
        for other in others:
            shards.drop(other)
    else:
        at = clock.now().isoformat()
        shards.note(shards.layout(), _Round(now.met, at).kept())
    return Moved(now.rows - before, round_over=True, whole=whole)


def _begun() -> _Round:
    """The round that goes on; the first one says which layouts there are, the others first."""
    mine = shards.layout()
    kept = shards.noted(mine)
    if kept:
        now = _Round(**kept)
        is_new = now.after is None and not now.profiles_done and not now.rows
        return replace(now, began=clock.now().isoformat()) if is_new else now
    for other in shards.layouts()[1:]:
        if shards.noted(other) is None:
            shards.note(other, {})
    at = clock.now().isoformat()
    now = _Round(at, at)
    shards.note(mine, now.kept())
    return now


def _steps(now: _Round, others: list[str]) -> Iterator[dict[str, Any]]:
    """Piece by piece: what has changed about the round."""
    rows, after = now.rows, now.after
    while not now.profiles_done:
        found, after = enumeration.page_of_profiles(after)
        rows += enumeration.enumerate_all(found)
        yield {"rows": rows, "after": after, "profiles_done": after is None}
        if after is None:
            break
    for kind in (*_OF_RECORDS, *_HINTS):
        for other in others:
            for name in shards.names(other, shards.EVERYBODY):
                for row in list(tables.query(Work, f"{kind}#{name}")):
                    if _bring(kind, row):
                        rows += 1
                        yield {"rows": rows, "after": None, "profiles_done": True}


def _bring(kind: str, row: Work) -> bool:
    """Bring one row to its place; False where it lies there already."""
    place = f"{kind}#{shards.shard_of(PersonId(shards.WHOSE[kind](row)))}"
    if place == row.pk:
        return False
    if kind in _HINTS:
        tables.put(Work(place, row.sk, body=row.body))
    elif (body := _bodies(kind, row).get((place, row.sk))) is not None:
        tables.put(Work(place, row.sk, body=body))
    tables.delete(row)
    return True


def _bodies(kind: str, row: Work) -> dict[tuple[str, str], str]:
    """The rows that follow from the record which a row is of."""
    person = row.sk.split("#")[1] if kind == "KIN" else shards.WHOSE[kind](row)
    try:
        return worklist_rows.rows_of(people.load(PersonId(person)))
    except NotFoundError:
        return {}
