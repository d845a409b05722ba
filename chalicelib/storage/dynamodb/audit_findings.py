"""审计核验 · Whether a person's record is what its audit chain says, and who looked is whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import PersonId
from chalicelib.runs import Each
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import access_log, audit, people, tables
from chalicelib.storage.dynamodb.audit import AuditEntry, Difference, Finding
from chalicelib.storage.dynamodb.items import ABOVE, CONTACT, IDENTITY, KIND_OF, PROFILE, partition
from chalicelib.storage.dynamodb.tables import People

_BESIDE: Final = (IDENTITY, CONTACT)  # sealed, and put with an entry as everything of the record is
_End = tuple[int, str]  # length of a chain, and its last hash


class ChainEnds(NamedTuple):
    """Where a person's chain of steps and chain of looks end: their lengths and last hashes."""

    person: PersonId
    sequence: int
    head: str
    looks: int
    looks_head: str

    @classmethod
    def of(cls, text: str) -> ChainEnds:
        """The ends as a night's root has them: a JSON object of these names."""
        return cls(**json.loads(text))


def ends_of(persons: Sequence[PersonId], each: Each) -> list[ChainEnds]:
    """Where the chains of some people end, in their order, each guarded; whoever is not there is left out.

    Read at half the price: an end of a second ago is one that was true.
    """
    keys = [(partition(person), sk) for person in persons for sk in (PROFILE, access_log.END)]
    found = {(item.pk, item.sk): item for item in tables.get_many(People, keys, at_once=False)}
    ends = []
    for person in persons:
        record, looks = (found.get((partition(person), sk)) for sk in (PROFILE, access_log.END))
        with each(person=person):
            if record is not None:
                last = (0, "") if looks is None else (int(looks.sequence), looks.head)
                ends.append(ChainEnds(person, int(record.sequence), record.head, *last))
    return ends


def findings_about(person_id: PersonId, signed: ChainEnds | None = None) -> tuple[Finding, ...]:
    """What of a person's record, its chain and the looks at it is not as it was written, or as was signed.

    `signed`: where the chains ended on a night that has a root. NotFoundError for whom nobody knows.
    A broken chain says nothing of the items any more: then it is the one finding. Read between two readings
    of both ends, so that a change committed meanwhile is none; ConflictError where five were not quiet.
    """
    for tries in range(retries.TRIES):
        try:
            ends, items = _standing(person_id)
        except NotFoundError:
            if signed is None:
                raise
            return (Finding(Difference.GONE),)
        found = _found(person_id, ends, items, signed)
        if not found or _standing(person_id)[0] == ends:
            return found
        retries.pause(tries)
    raise ConflictError("the record changes faster than it can be verified")


def chain_and_items(person_id: PersonId, length: int) -> dict[str, Any]:
    """The first entries of a chain as they are stored, and the items of now (sort key → body)."""
    steps = [entry for entry in people.audit_trail(person_id) if not entry.is_look]
    return {"chain": [entry.text for entry in steps[:length]], "items": _standing(person_id)[1]}


def _found(
    person_id: PersonId, ends: tuple[_End, _End], items: dict[str, str], signed: ChainEnds | None
) -> tuple[Finding, ...]:
    trail = people.audit_trail(person_id)
    if not all(audit.holds((e for e in trail if e.is_look == n), *end) for n, end in enumerate(ends)):
        return (Finding(Difference.CHAIN),)
    steps = [entry for entry in trail if not entry.is_look]
    looks = [entry for entry in trail if entry.is_look]
    if signed is not None and not (
        _passes(steps, signed.sequence, signed.head) and _passes(looks, signed.looks, signed.looks_head)
    ):
        return (Finding(Difference.REWRITTEN),)
    return tuple(audit.differences(steps, items))


def _passes(chain: Sequence[AuditEntry], length: int, head: str) -> bool:
    """Whether a whole chain has come by an end of before."""
    return length <= len(chain) and (length == 0 or chain[length - 1].hash == head)


def _standing(person_id: PersonId) -> tuple[tuple[_End, _End], dict[str, str]]:
    """Where steps and looks end, and what stands under each sort key that a step puts."""
    items, end = {}, None
    for item in tables.below(People, partition(person_id), ABOVE):
        sk = item["sk"]["S"]
        if sk == PROFILE:
            end = int(item["sequence"]["N"]), item["head"]["S"]
        if sk == PROFILE or sk.partition("#")[0] in KIND_OF:
            items[sk] = item["body"]["S"]
    if end is None:
        raise NotFoundError("no such person")
    for sk in _BESIDE:
        if (box := tables.get(People, partition(person_id), sk)) is not None:
            items[sk] = box.sealed
    return (end, access_log.end_of(person_id)), items
