"""分片 · Which part of everybody a person belongs to, in work lists and in passes: the first letters of
the id.

SHARDS / <layout>        how rows lie; one row when all lie where this deployment looks, more while they move
ALL#<shard> / <person>   everybody, also the dead and who was joined to another number

Ids are HMACs, spread evenly: 32 shards by one letter, 1,024 by two, "_" for all together; how many letters
is a parameter of the deployment. Where another layout is still in use (rows lay by the first letter's code
modulo 4 before, or the parameter was another one), readers look into both until all rows have moved
(`shard_moves`); writers know their own alone. Rows are hints: whoever finds one reads the record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from heapq import merge
from itertools import chain, product
from typing import Any, Final

from chalicelib.model import PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

EVERYBODY: Final = "_"
"""The shard of all people together."""
BEFORE: Final = "modulo 4"
"""The layout of a table in which nobody has ever said which one it is."""
ALL: Final = "ALL"
_MODULO: Final = 4
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_LAYOUTS: Final = "SHARDS"


def _of_sort_key(place: int) -> Callable[[Work], str]:
    return lambda row: str(row.sk.split("#")[place])


WHOSE: Final[Mapping[str, Callable[[Work], str]]] = {
    ALL: _of_sort_key(0),
    "BACK": _of_sort_key(0),
    "DATE": _of_sort_key(1),
    "DUE": _of_sort_key(1),
    "EVENT": _of_sort_key(0),
    "KIN": _of_sort_key(0),
    "LOSS": _of_sort_key(0),
    "OPEN": _of_sort_key(0),
    "OUT": lambda row: str(json.loads(row.body)["person"]),
}
"""The kinds of rows that lie by shard, and by whose id."""

_whole: Final[set[str]] = set()  # the layout in which all rows are known to lie
on_forget(_whole.clear)


def shard_of(person: PersonId) -> str:
    """The shard of a person's rows."""
    return person[: settings().shard_characters] or EVERYBODY


def is_in(person: PersonId, shard: str) -> bool:
    """Whether somebody belongs to a shard."""
    return shard == EVERYBODY or person.startswith(shard)


def every_shard() -> list[str]:
    """All shards of this deployment, in order."""
    return names(layout(), EVERYBODY)


def layout() -> str:
    """How this deployment lays rows."""
    return str(settings().shard_characters)


def names(of: str, shard: str) -> list[str]:
    """The shards of a layout in which anybody of this shard can be."""
    start = "" if shard == EVERYBODY else shard
    if of == BEFORE:
        return [str(ord(start[0]) % _MODULO)] if start else [str(number) for number in range(_MODULO)]
    letters = int(of)
    if letters <= len(start):
        return [start[:letters] or EVERYBODY]
    return [start + "".join(rest) for rest in product(_LETTERS, repeat=letters - len(start))]


def layouts() -> list[str]:
    """The layouts in which rows may lie, this deployment's first; asked until it is the only one."""
    mine = str(settings().shard_characters)
    if mine in _whole:
        return [mine]
    found = {row.sk for row in tables.query(Work, _LAYOUTS)} or {BEFORE}
    if found == {mine}:
        _whole.add(mine)
    return [mine, *sorted(found - {mine})]


def is_whole() -> bool:
    """Whether all rows lie where this deployment looks for them, and everybody has an ALL row."""
    return layouts() == [layout()]


def rows(kind: str, before: str, shard: str = EVERYBODY, after: str = "") -> Iterator[Work]:
    """The rows of a kind with sort keys between two, of one shard or of all, each once; of one in order."""
    known = layouts()
    start = "" if shard == EVERYBODY else shard
    is_one = len(known) == 1 and len(start) == settings().shard_characters
    names_of = [shard] if is_one else dict.fromkeys(name for each in known for name in names(each, shard))
    place = Work.sk.between(after, before) if after else Work.sk < before
    found = [tables.query(Work, f"{kind}#{name}", place) for name in names_of]
    if len(known) == 1:
        yield from (row for row in chain.from_iterable(found) if row.sk != after)
        return
    last = after
    for row in merge(*found, key=lambda row: str(row.sk)):
        if row.sk != last and WHOSE[kind](row).startswith(start):
            last = row.sk
            yield row


def row_of_everybody(person: PersonId) -> Work:
    """The row that enumerates a person."""
    return Work(f"{ALL}#{shard_of(person)}", person)


def note(name: str, body: Mapping[str, object]) -> None:
    """Write that rows may lie so, and how far their moving has come."""
    tables.put(Work(_LAYOUTS, name, body=json.dumps(body)))


def noted(name: str) -> dict[str, Any] | None:
    """What is written of a layout; None of one of which nothing is."""
    row = tables.get(Work, _LAYOUTS, name)
    return None if row is None else dict(json.loads(row.body))


def drop(name: str) -> None:
    """No row lies so any more."""
    tables.delete(Work(_LAYOUTS, name))
