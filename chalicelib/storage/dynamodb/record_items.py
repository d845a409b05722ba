"""档案组装 · The record that the items of one person's partition make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from chalicelib.model import Evidence, Person, PersonRecord, Tombstone
from chalicelib.storage.dynamodb import deliveries
from chalicelib.storage.dynamodb.items import KIND_OF, PROFILE, decode
from chalicelib.storage.dynamodb.tables import Attributes

_FIELDS: Final = {  # of a record, that hold what stands under a kind of item as it is
    **{"CASE": "cases", "ENT": "entitlements", "HEIR": "owed_to_heirs", "INS": "instructions"},
    **{"MSG": "messages", "OBJ": "objections", "PROP": "proposals", "REC": "recoveries", "REL": "related"},
    **{"SUS": "suspicions", "VISIT": "visits"},
}


def assembled(items: Iterable[Attributes]) -> PersonRecord | None:
    """The record that the items of one partition make; None without a profile."""
    profile: Attributes | None = None
    found: dict[str, list[Any]] = {kind: [] for kind in KIND_OF}
    standing: dict[str, str] = {}
    for item in items:
        sk = item["sk"]["S"]
        kind = sk.partition("#")[0]
        if kind in KIND_OF:
            found[kind].append(decode(KIND_OF[kind], item["body"]["S"]))
        elif sk.startswith(deliveries.PREFIX):
            standing[sk] = item["body"]["S"]
        elif sk == PROFILE:
            profile = item
    if profile is None:
        return None
    tombstones: list[Tombstone] = found["WD"]
    withdrawn = frozenset(stone.key for stone in tombstones)
    evidence: list[Evidence] = found["EV"]
    fields = {name: tuple(found[kind]) for kind, name in _FIELDS.items()}
    if standing:
        fields["messages"] = deliveries.standing(fields["messages"], standing)
    return PersonRecord(
        person=replace(
            decode(Person, profile["body"]["S"]),
            sequence=int(profile["sequence"]["N"]),
            head=profile["head"]["S"],
        ),
        evidence=tuple(item for item in evidence if item.key not in withdrawn),
        withdrawn=withdrawn,
        taken_back={stone.key: stone.file_day for stone in tombstones if stone.file_day is not None},
        **fields,
    )
