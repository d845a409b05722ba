"""关联人员 · Related persons (rule 6): what feeds report of a parent, a guardian or a spouse reaches whose
benefit asks.

A related person need not draw anything. They are known by an opaque id as recipients are; what is kept
is only what some condition asks about, on the record of the recipient whom it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import evidence_effects, evidence_withdrawal, suspicion_verification
from chalicelib.errors import UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    Evidence,
    EvidenceKey,
    FileId,
    PersonId,
    PersonRecord,
    RelatedEvidence,
    Suspicion,
)
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.busy import one_by_one
from chalicelib.storage.s3 import lake

NO_FILE = FileId("")  # of a withdrawal that came before what it takes back


def tell_those_concerned(
    concerned: Mapping[PersonId, Sequence[PersonId]],
    evidence: Mapping[PersonId, Sequence[Evidence]],
    *,
    actor: str,
) -> None:
    """Tell those concerned what a file says of their related persons; BusyError once all others are told."""
    one_by_one(
        ((other, recipient) for other, recipients in concerned.items() for recipient in recipients),
        lambda pair: _relate(pair[1], {pair[0]: evidence[pair[0]]}, actor=actor),
        lambda pair: pair[1],
    )


def released_by_paper(person: PersonId, restart: Suspicion, loss: EvidenceKey, *, actor: str) -> None:
    """Tell those concerned of a release that people have seen on paper, as if the feed had reported it.

    Two have decided it about somebody who draws. What it means for whose benefit rests on the custody is
    asked like after any other release (rules 6 and 15).
    """
    ends = [
        (len(event.releases), code)
        for (feed, code), event in current().rules.events.items()
        if feed == loss.feed and loss.event in event.releases and not event.repays
    ]
    recipients = worklists.recipients_of(person) if ends else []
    key = EvidenceKey(restart.since or restart.day, loss.feed, max(ends)[1]) if ends else loss
    seen = Evidence(key, FileId(f"paper:{restart.name}"), 0, {"by": restart.verified_by or actor})
    tell_those_concerned({person: recipients}, {person: [seen]}, actor=actor)


def brought_up_to_date(person: PersonId) -> PersonRecord:
    """The record with what the lake holds about the related persons; as it is where that cannot be read."""
    record = people.load(person)
    if not record.person.related:
        return record
    try:
        found = lake.evidence_of_many(record.person.related)
    except UnreadableError:
        logger.warning("the lake cannot be read", extra={"person": person})
        return record
    return _relate(person, found, actor="platform", known=record)


def related_anew(recipients: Collection[PersonId], *, actor: str) -> None:
    """A roster names related persons: what the lake holds about them concerns these recipients too."""
    if not recipients:
        return
    records = [people.load(person) for person in recipients]
    found = lake.evidence_of_many({other for record in records for other in record.person.related})

    def tell(record: PersonRecord) -> None:
        about = {other: found[other] for other in record.person.related}
        evidence_effects.wake_and_start(_relate(record.person.id, about, actor=actor, known=record))

    one_by_one(records, tell, lambda record: record.person.id)


def _relate(
    recipient: PersonId,
    found: Mapping[PersonId, Sequence[Evidence]],
    *,
    actor: str,
    known: PersonRecord | None = None,
) -> PersonRecord:
    """Put on a record what its conditions ask of related persons, and settle what follows."""
    asked = current().rules.asked

    def tell(record: PersonRecord) -> Change | None:
        held = {(item.who, item.evidence.key): item for item in record.related}
        new = tuple(
            RelatedEvidence(record.person.related[other], other, item)
            for other, items in found.items()
            if other in record.person.related
            for item in {item.key: item for item in items}.values()
            if (item.key.feed, item.key.event) in asked and _counts(held.get((other, item.key)), item)
        )
        if not new:
            return None
        names = {item.name for item in new}
        others = (item for item in record.related if item.name not in names)
        settlement = evidence_effects.apply_rules(replace(record, related=(*others, *new)), clock.today())
        return replace(settlement.change("related person reported", actor), related=new)

    if known is not None and tell(known) is None:
        return known
    record = people.change(recipient, tell, known)
    evidence_effects.wake_and_start(record)
    return record


def _counts(held: RelatedEvidence | None, item: Evidence) -> bool:
    """Whether it is new, or said again by a file of a later day than the one that took it back."""
    return held is None or (held.withdrawn and evidence_effects.is_said_again(held.taken_back, item.file))


# --- taken back ------------------------------------------------------------------------------------


def withdrawn_from_all_concerned(
    person: PersonId, keys: Iterable[EvidenceKey], *, actor: str, day: date | None = None
) -> frozenset[EvidenceKey]:
    """Take evidence back from whomever it concerns: the person, and those to whom they are related.

    `day`: of the file that does so. Returns what names no record that was ever received about the person.
    """
    gone = frozenset(keys)

    def withdraw_from(record: PersonRecord) -> Change | None:
        of = record.person.related.get(person)
        held = {item.evidence.key: item for item in record.related if item.who == person}
        new = tuple(
            replace(held[key], withdrawn=True, taken_back=day)
            if key in held
            else RelatedEvidence(of, person, Evidence(key, NO_FILE, 0), withdrawn=True, taken_back=day)
            for key in sorted(gone)
            if of is not None and not (key in held and held[key].withdrawn)
        )
        if not new:
            return None
        others = tuple(i for i in record.related if i.who != person or i.evidence.key not in gone)
        left = replace(record, related=(*others, *new))
        return replace(evidence_withdrawal.consequences(record, left, gone, actor), related=new)

    if _each_related(person, gone, withdraw_from):
        return evidence_withdrawal.evidence_withdrawn(person, gone, actor=actor, day=day).unmatched
    return frozenset()


def restored_to_all_concerned(person: PersonId, evidence: Sequence[Evidence], *, actor: str) -> None:
    """A corrected file holds again what an earlier correction had left out."""
    again = {item.key: item for item in evidence}

    def bring_back(record: PersonRecord) -> Change | None:
        mine = [i for i in record.related if i.who == person and i.withdrawn and i.evidence.key in again]
        if not mine:
            return None
        new = tuple(
            replace(i, evidence=again[i.evidence.key], withdrawn=False, taken_back=None) for i in mine
        )
        others = tuple(i for i in record.related if i not in mine)
        settlement = evidence_effects.apply_rules(replace(record, related=(*others, *new)), clock.today())
        return replace(settlement.change("evidence restored", actor), related=new)

    if _each_related(person, again, bring_back):
        evidence_withdrawal.evidence_restored(person, evidence, actor=actor)


def _each_related(
    person: PersonId, keys: Collection[EvidenceKey], change: Callable[[PersonRecord], Change | None]
) -> bool:
    """Change the record of everybody whom a person is related to; whether the person has one too."""
    if not current().rules.feeds_of_related.intersection(key.feed for key in keys):
        return True
    recipients = worklists.recipients_of(person)

    def one(recipient: PersonId) -> None:
        record = people.change(recipient, change)
        suspicion_verification.wake_withdrawn(record)
        evidence_effects.wake_and_start(record)

    one_by_one(recipients, one)
    return not recipients or people.is_known(person)
