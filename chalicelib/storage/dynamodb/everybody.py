"""全员遍历 · Everybody, shard by shard: one eventually consistent query per person, and no scan.

A query below "~" leaves out audit chain and payments, which are most of a partition: half a read unit a
person instead of three and a half. It may miss what was written in the last second: whoever changes anything
reads the record again (`people.change`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from chalicelib.model import PersonId, PersonRecord
from chalicelib.storage.dynamodb import enumeration, people, shards, tables
from chalicelib.storage.dynamodb.items import ABOVE, KIND_OF, partition
from chalicelib.storage.dynamodb.tables import People, Place


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
    wanted = {kind for kind, type_ in KIND_OF.items() if not kinds or type_ in kinds}
    items = tables.below(People, partition(person), ABOVE, at_once=False)
    record = people.assembled(
        item for item in items if (kind := item["sk"]["S"].partition("#")[0]) in wanted or kind not in KIND_OF
    )
    return None if record is None or record.person.joined_to is not None else record
