"""审计核验 · Whether a person's record is what its audit chain says, and who looked is whole."""

from __future__ import annotations

from typing import Final

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import access_log, audit, people, tables
from chalicelib.storage.dynamodb.audit import Difference, Finding
from chalicelib.storage.dynamodb.items import ABOVE, CONTACT, IDENTITY, KIND_OF, PROFILE, partition
from chalicelib.storage.dynamodb.tables import People

_BESIDE: Final = (IDENTITY, CONTACT)  # sealed, and put with an entry as everything of the record is
_End = tuple[int, str]  # length of a chain, and its last hash


def findings_about(person_id: PersonId) -> tuple[Finding, ...]:
    """What of a person's record, its chain and the looks at it is not as it was written; NotFoundError.

    A broken chain says nothing of the items any more: then it is the one finding. Read between two readings
    of both ends, so that a change committed meanwhile is none; ConflictError where five were not quiet.
    """
    for tries in range(retries.TRIES):
        ends, items = _standing(person_id)
        found = _found(person_id, ends, items)
        if not found or _standing(person_id)[0] == ends:
            return found
        retries.pause(tries)
    raise ConflictError("the record changes faster than it can be verified")


def _found(person_id: PersonId, ends: tuple[_End, _End], items: dict[str, str]) -> tuple[Finding, ...]:
    trail = people.audit_trail(person_id)
    if not all(audit.holds((e for e in trail if e.is_look == n), *end) for n, end in enumerate(ends)):
        return (Finding(Difference.CHAIN),)
    return tuple(audit.differences((entry for entry in trail if not entry.is_look), items))


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
