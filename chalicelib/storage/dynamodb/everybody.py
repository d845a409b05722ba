"""全员遍历 · Everybody, shard by shard: one eventually consistent query per person, and no scan.

A query below "~" leaves out audit chain and payments, which are most of a partition: half a read unit a
person instead of three and a half. It may miss what was written in the last second: whoever changes anything
reads the record again (`people.change`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from chalicelib.model import PersonId, PersonRecord
from chalicelib.storage.dynamodb import access_log, enumeration, people, shards, tables
from chalicelib.storage.dynamodb.audit_findings import ChainEnds
from chalicelib.storage.dynamodb.items import ABOVE, KIND_OF, PROFILE, partition
from chalicelib.storage.dynamodb.tables import Attributes, People, Place

_BEHIND_THE_LOOKS: Final = f"{access_log.END}~"


class Seen(NamedTuple):
    """What one query finds of somebody: the record (None: another number goes on), and where chains end."""

    record: PersonRecord | None
    ends: ChainEnds


def ids_of(shard: str, after: str = "") -> Iterator[PersonId]:
    """Everybody of a shard in order of their ids, behind one of them; also the dead, and joined numbers."""
    if shards.is_whole():
        return (PersonId(row.sk) for row in shards.rows(shards.ALL, "~", shard, after))
    return iter(sorted(person for person in _among_all(shard) if person > after))


def _among_all(shard: str) -> Iterator[PersonId]:
    """The people of a shard in a table in which not everybody has a row yet: all of it is looked through."""
    start = "" if shard == shards.EVERYBODY else shard
    after: Place | None = None
    while True:
        found, after = enumeration.page_of_profiles(after)
        yield from (person for person in found if person.startswith(start))
        if after is None:
            return


def record_of(person: PersonId, kinds: Collection[type[object]] = ()) -> PersonRecord | None:
    """One record, with these kinds of items alone if any are named; it may be a moment old.

    None where nobody is, or somebody whom another number goes on for.
    """
    return _record(tables.below(People, partition(person), ABOVE, at_once=False), kinds)


def record_and_ends(person: PersonId, kinds: Collection[type[object]] = ()) -> Seen | None:
    """The same, and where the two chains end; None where nobody is.

    One query as far as the end of the looks: it passes what is sealed, which nobody opens here, and, in a
    table of before, the entries that still stand with their person.
    """
    items = {
        item["sk"]["S"]: item
        for item in tables.below(People, partition(person), _BEHIND_THE_LOOKS, at_once=False)
    }
    if (profile := items.get(PROFILE)) is None:
        return None
    last = (0, "") if (looks := items.get(access_log.END)) is None else _end(looks)
    record = _record((item for sk, item in items.items() if sk < ABOVE), kinds)
    return Seen(record, ChainEnds(person, *_end(profile), *last))


def _end(item: Attributes) -> tuple[int, str]:
    return int(item["sequence"]["N"]), item["head"]["S"]


def _record(items: Iterable[Attributes], kinds: Collection[type[object]]) -> PersonRecord | None:
    wanted = {kind for kind, type_ in KIND_OF.items() if not kinds or type_ in kinds}
    record = people.assembled(
        item for item in items if (kind := item["sk"]["S"].partition("#")[0]) in wanted or kind not in KIND_OF
    )
    return None if record is None or record.person.joined_to is not None else record
