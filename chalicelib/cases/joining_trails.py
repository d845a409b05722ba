"""并号留痕 · What the audit chains of two numbers tell of their joining: what either held before (rule 19).

A joining says how each entitlement stood; one from before that was kept is known by what was put before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from chalicelib.clock import civil_date
from chalicelib.engine.suspicion.separation import Drawn, Joining
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Month,
    PersonId,
    PersonRecord,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit import AuditEntry

JOINED: Final = "numbers joined"  # the entry of both audit chains
SEPARATED: Final = "numbers separated"  # likewise
MET: Final = "met under the number left behind"


def drew(record: PersonRecord) -> Mapping[BenefitCode, tuple[object, ...]]:
    """How what a number draws stands, as its entry of the joining keeps it."""
    return {e.benefit: (e.status, e.stopped_from, e.since, e.certified_until) for e in record.entitlements}


def entry_of(trail: Iterable[AuditEntry], leaving: PersonId) -> AuditEntry | None:
    """The entry by which somebody took up another number; None where they have not, or not any more."""
    found = None
    for entry in trail:
        if entry.details.get("joined") == leaving and entry.action == JOINED:
            found = entry
        elif entry.details.get("separated") == leaving and entry.action == SEPARATED:
            found = None
    return found


def joining_of(staying: PersonId, leaving: PersonId) -> Joining | None:
    """What is known of the joining that stands; None where none does.

    Who had nothing to take up of the other has no entry of it, if it is from before there was always one.
    """
    trail = [entry for entry in people.audit_trail(staying) if not entry.is_look]
    left = [e for e in people.audit_trail(leaving) if e.details.get("joined_to") == staying]
    theirs = max(left, key=lambda entry: entry.at, default=None)
    mine = entry_of(trail, leaving)
    joined = mine or theirs
    if theirs is None or joined is None:
        return None
    earlier = (e for e in trail if (e.sequence < mine.sequence if mine is not None else e.at < joined.at))
    before = {key for entry in earlier if not _is_part(entry) for key in entry.put}
    related = joined.details.get("related")
    return Joining(
        civil_date(joined.at),
        frozenset(BenefitCode(name) for name in _of(before, "ENT")),
        frozenset(_key(name) for name in _of(before, "EV")),
        frozenset(_of(before, "INS")),
        frozenset(BenefitCode(name) for name in _of(before, "HEIR")),
        frozenset(PersonId(each) for each in related) if isinstance(related, list) else None,
        max(map(int, _of(before, "REC")), default=0),
        max(map(int, _of(before, "OBJ")), default=0),
        _drawn({} if mine is None else mine.details),
        _drawn(theirs.details),
    )


def met_under(staying: PersonId, leaving: PersonId) -> frozenset[EvidenceKey]:
    """What somebody was met by, since the joining, under the number left behind."""
    found = (
        entry.details.get("evidence")
        for entry in people.audit_trail(staying)
        if (entry.action, entry.details.get("under")) == (MET, leaving)
    )
    return frozenset(_key(key) for keys in found if isinstance(keys, list) for key in keys)


def _is_part(entry: AuditEntry) -> bool:
    """Whether it put some of the evidence that a large joining takes up."""
    return entry.action == JOINED and "joined" not in entry.details


def _of(put: Iterable[str], kind: str) -> Iterable[str]:
    return (key.removeprefix(f"{kind}#") for key in put if key.startswith(f"{kind}#"))


def _key(text: str) -> EvidenceKey:
    day, feed, event = text.split("#", 2)
    return EvidenceKey(date.fromisoformat(day), FeedId(feed), event)


def _drawn(details: Mapping[str, Any]) -> Mapping[BenefitCode, Drawn]:
    return {
        BenefitCode(benefit): Drawn(
            EntitlementStatus(status),
            None if stopped is None else Month(stopped),
            date.fromisoformat(since),
            date.fromisoformat(until),
        )
        for benefit, (status, stopped, since, until) in details.get("drew", {}).items()
    }
