"""The roster: who draws what, as an authority says. Absence from it closes nothing (rule 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from chalicelib import clock
from chalicelib.cases import listing
from chalicelib.engine.claims import Listed
from chalicelib.model import Entitlement, EntitlementStatus, Identity, Person, PersonId
from chalicelib.sources.records import RosterEntry
from chalicelib.storage import objects, people


def load_roster(entries: Iterable[RosterEntry], *, actor: str) -> bool:
    """Create or update everybody on a roster; whether somebody is new. Absence closes nothing (rule 20)."""
    by_number: dict[str, list[RosterEntry]] = defaultdict(list)
    for entry in entries:
        by_number[entry.number].append(entry)
    known = people.create_all([_newcomer(mine) for mine in by_number.values()], clock.now(), actor)
    ids = {number: found.person for number, found in zip(by_number, known, strict=True)}
    objects.add_to_roster(
        ids,
        {number: mine[-1].name for number, mine in by_number.items()},
    )
    listing.roster_arrived(
        [
            Listed(ids[entry.number], entry.benefit, entry.area, entry.payee, entry.since)
            for mine in by_number.values()
            for entry in mine
        ]
    )
    return any(found.created for found in known)


def _newcomer(entries: Sequence[RosterEntry]) -> people.Newcomer:
    """One person out of all their rows; where rows disagree about person or benefit, the last one counts."""
    entry = entries[-1]
    return people.Newcomer(
        Identity(entry.number, entry.name, entry.phone),
        _person(entry),
        tuple(_entitlement(row) for row in {row.benefit: row for row in entries}.values()),
    )


def _person(entry: RosterEntry) -> Person:
    return Person(
        id=PersonId(""),
        area=entry.area,
        grid=entry.grid,
        born=entry.born.replace(day=1),
        has_phone=entry.phone is not None,
        key_groups=entry.key_groups,
    )


def _entitlement(entry: RosterEntry) -> Entitlement:
    return Entitlement(
        benefit=entry.benefit,
        status=EntitlementStatus.ACTIVE,
        fen=entry.fen,
        since=entry.since,
        certified_until=entry.certified_until,
        valid_until=entry.certified_until,
        payee=entry.payee,
    )
