"""并号存疑 · Whoever shows that two joined numbers are two people's is heard: two others decide (rules 14 and
19)."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import clock
from chalicelib.cases import evidence_effects, joining_trails
from chalicelib.engine.suspicion import joining_doubts
from chalicelib.errors import RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import Change, EvidenceKey, PersonId, PersonRecord, Suspicion
from chalicelib.storage.dynamodb import people


def doubt_joining(person: PersonId, other: PersonId, *, by: str, because: str) -> Suspicion:
    """An officer was shown that two numbers are two people's; again while it is open, it changes nothing.

    `person`, `other`: the two numbers, in either order. RefusedError where they are not joined.
    """

    def ask(record: PersonRecord) -> Change | None:
        left = _left(record, person, other)
        if left is None or (joined := joining_doubts.joined_by(record, left)) is None:
            raise RefusedError(
                "not_joined", "两个号码并未合并为一人。", "these two numbers have not been joined"
            )
        asked = joining_doubts.shown_to(record, left, because, by, current().rules, clock.today())
        if asked is None:
            found[:] = [_open_about(record, joined)]
            return None
        found[:] = [asked]
        details = {"suspicion": asked.name, "about": joined.name, "reason": because}
        return Change("joining doubted", by, clock.now(), details, suspicions=(asked,))

    found: list[Suspicion] = []
    evidence_effects.wake_and_start(people.change(person, ask))
    return found[0]


def _left(record: PersonRecord, person: PersonId, other: PersonId) -> PersonId | None:
    """Which of two numbers was left behind: the one under which the record does not stand."""
    return next((each for each in (other, person) if each != record.person.id), None)


def _open_about(record: PersonRecord, joined: Suspicion) -> Suspicion:
    return next(s for s in record.open_suspicions if s.about == joined.name)


def met_under(person: PersonId, keys: Sequence[EvidenceKey], *, by: str) -> None:
    """Somebody was met, or certified by hand, under a number; if it was joined to another, it may be another.

    What they were met by is noted as that number's. Told again, it changes nothing.
    """
    other, seen = people.joined_as(person), joining_doubts.by_hand(keys, current().rules)
    if other is None or not seen:
        return

    def ask(record: PersonRecord) -> Change | None:
        rules, on = current().rules, clock.today()
        asked = joining_doubts.met_under(record, other, seen, rules, on)
        if asked is None and joining_trails.met_under(record.person.id, other).issuperset(seen):
            return None
        details = {"under": other, "evidence": [str(key) for key in seen]}
        opened = () if asked is None else (asked,)
        return Change(joining_trails.MET, by, clock.now(), details, suspicions=opened)

    evidence_effects.wake_and_start(people.change(person, ask))
