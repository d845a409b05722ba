"""证据撤回 · Evidence taken back: by a department's own code, or because a corrected file no longer holds it.

A tombstone stays, so that a copy of the record that arrives later changes nothing. Open suspicions that
rest on nothing any more end without anybody's visit; whether a confirmed one is undone, two people decide
(rule 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock, messages
from chalicelib.cases import evidence_effects, recovery_following, repeated_words, suspicion_verification
from chalicelib.cases.evidence_effects import Arrival
from chalicelib.engine.suspicion.lifecycle import is_moot
from chalicelib.engine.suspicion.mistaken_confirmation import noted, reversals, reversed_by
from chalicelib.engine.suspicion.reversal import Undoing, reversed_by_people, taken_back
from chalicelib.engine.texts import decision_words
from chalicelib.engine.texts.channels import SAYS_UNTIL
from chalicelib.jurisdiction import current
from chalicelib.model import (
    LIVE,
    BenefitCode,
    Case,
    Change,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    InstructionKind,
    Message,
    MessageState,
    PersonId,
    PersonRecord,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import lake

NEVER_CAME = (MessageState.DROPPED, MessageState.FAILED)


def evidence_withdrawn(
    person: PersonId, keys: Iterable[EvidenceKey], *, actor: str, day: date | None = None
) -> Arrival:
    """Take evidence back, and let go on whoever waited because of it.

    The same again changes nothing, but still wakes. A record that has not arrived yet may be withdrawn: what
    names nothing waits for it. Where somebody's payment has ended two people decide (rule 14). `day`: of
    the file that takes it back; what a file of a later day says again counts again.
    """
    wanted = frozenset(keys)
    in_lake = lake.evidence_of(person)
    nowhere = wanted - {item.key for item in in_lake}

    def withdraw_from(
        record: PersonRecord,
    ) -> tuple[Change, tuple[tuple[BenefitCode, ...], frozenset[EvidenceKey]]]:
        unmatched = nowhere - {item.key for item in record.evidence}
        gone = wanted - record.withdrawn
        change = _change(record, gone, unmatched, in_lake, actor) if gone else None
        if change is None:  # taken back before: perhaps by a file of an earlier day
            change = Change("evidence withdrawn", actor, clock.now())
        moved = tuple(entitlement.benefit for entitlement in change.entitlements)
        return replace(change, withdraw=tuple(sorted(wanted)), withdraw_day=day), (moved, unmatched)

    record, (moved, unmatched) = people.change_with_outcome(person, withdraw_from)
    if moved and (record.recoveries or record.owed_to_heirs):
        record = recovery_following.follow(person)
    suspicion_verification.wake_withdrawn(record)
    evidence_effects.wake_and_start(record)
    return Arrival(record, evidence_effects.judge(record, clock.today()), moved, unmatched)


def evidence_restored(person: PersonId, evidence: Sequence[Evidence], *, actor: str) -> PersonRecord:
    """A corrected file holds again what an earlier correction had left out: it counts again."""

    def bring_back(record: PersonRecord) -> Change | None:
        again = tuple({e.key: e for e in evidence if e.key in record.withdrawn}.values())
        if not again:
            return None
        keys = frozenset(item.key for item in again)
        held = replace(record, evidence=record.evidence + again, withdrawn=record.withdrawn - keys)
        change = evidence_effects.apply_rules(held, clock.today()).change(
            "evidence restored", actor, evidence=again
        )
        return replace(change, restore=tuple(sorted(keys)))

    record = people.change(person, bring_back)
    evidence_effects.wake_and_start(record)
    return record


def _change(
    record: PersonRecord,
    gone: frozenset[EvidenceKey],
    unmatched: frozenset[EvidenceKey],
    in_lake: Sequence[Evidence],
    actor: str,
) -> Change:
    withdrawn = record.withdrawn | gone
    known = {item.key for item in record.evidence} | withdrawn
    kept = tuple(item for item in record.evidence if item.key not in gone)
    left = replace(record, evidence=kept, withdrawn=withdrawn)
    beside = [item for item in in_lake if item.key not in known]
    words = repeated_words.stood_behind(left, gone, beside)
    older = that_counts(left, [item for item in beside if item not in words]) + words
    left = replace(left, evidence=kept + older)
    return consequences(record, left, gone, actor, older, unmatched=gone & unmatched)


def reversal_upheld(person: PersonId, name: str, *, actor: str) -> PersonRecord:
    """Two people have found that a suspicion was confirmed in error: undo all that it caused (rule 14)."""

    def undo(record: PersonRecord) -> Change | None:
        reversal = next((s for s in record.suspicions if s.name == name), None)
        mistaken = None if reversal is None else reversed_by(record, reversal)
        if reversal is None or mistaken is None:
            return None
        on, rules = clock.today(), current().rules
        payments = people.payments_of(record.person.id)
        undoing = reversed_by_people(record, mistaken, reversal, payments, rules, on)
        return followed(record, record, undoing, "ending reversed", actor, {"reversal": name})

    people.change(person, undo)
    record = recovery_following.follow(person)
    reversal = next((s for s in record.suspicions if s.name == name), None)
    for suspicion in record.suspicions:  # it may still be waiting for an authority's approval
        if reversal is not None and suspicion.name == reversal.about and suspicion.waiting is not None:
            suspicion_verification.go_on(record, suspicion)
    suspicion_verification.wake_withdrawn(record)
    evidence_effects.wake_and_start(record)
    return record


def consequences(
    record: PersonRecord,
    left: PersonRecord,
    gone: frozenset[EvidenceKey],
    actor: str,
    older: tuple[Evidence, ...] = (),
    unmatched: frozenset[EvidenceKey] = frozenset(),
) -> Change:
    """What follows for certificates and suspicions; `left` no longer holds what is taken back.

    `unmatched`: what of it names no record that was ever received.
    """
    on, rules = clock.today(), current().rules
    details = {"withdrawn": sorted(str(key) for key in gone)}
    undoing = taken_back(left, gone, rules, on)
    change = followed(record, left, undoing, "evidence withdrawn", actor, details, older)
    after = replace(left, suspicions=_put(record.suspicions, change.suspicions))
    asked, told = reversals(after, gone, unmatched, rules, on), noted(after, unmatched, rules)
    return replace(change, suspicions=(*change.suspicions, *asked, *told))


def followed(
    record: PersonRecord,
    left: PersonRecord,
    undoing: Undoing,
    action: str,
    actor: str,
    details: Mapping[str, object],
    older: tuple[Evidence, ...] = (),
    *,
    told: Template = Template.RESTORED,
) -> Change:
    """One change out of what is undone: certificates, suspicions, instructions, what the person is told."""
    on = clock.today()
    left = _with(left, undoing)
    decision = evidence_effects.judge(left, on)
    moot = tuple(
        replace(s, state=SuspicionState.WITHDRAWN, verified_by=actor, closed=on)
        for s in left.open_suspicions
        if is_moot(s, decision) or (s.kind is SuspicionKind.RESTART and s.evidence in left.withdrawn)
    )
    settlement = evidence_effects.apply_rules(replace(left, suspicions=_put(left.suspicions, moot)), on)
    change = settlement.change(action, actor, evidence=older)
    entitlements = {e.benefit: e for e in (*undoing.entitlements, *change.entitlements)}
    corrected = _corrected(record, change.entitlements) if not change.messages else ()
    person = change.person or undoing.person
    if any(message.state is MessageState.DROPPED for message in corrected):
        person = replace(person, told_on=None)  # nobody has been told: the next renewal is
    return replace(
        change,
        details={**change.details, **details, "arrears_fen": undoing.fen},
        person=person if person != record.person else None,
        entitlements=tuple(entitlements.values()),
        cases=wait_of_suspended(record, entitlements.values(), on),
        suspicions=(*undoing.suspicions, *moot, *change.suspicions),
        instructions=undoing.instructions,
        messages=(*change.messages, *corrected, *_undoing_messages(record, undoing, told)),
    )


def wait_of_suspended(record: PersonRecord, again: Iterable[Entitlement], on: date) -> tuple[Case, ...]:
    """Whoever is as suspended as before an ending has a case that waits for them: the ending closed theirs.

    It sleeps, and certifying wakes it at resuming; without one, no certificate would ever resume the payment.
    """
    suspended = [e for e in again if e.status is EntitlementStatus.SUSPENDED]
    if not suspended or record.open_case is not None:
        return ()
    due = min(e.valid_until for e in suspended)
    last = max(record.cases, key=lambda case: (case.due, case.generation), default=None)
    before = last or Case(due, on, 0, StateName.GO_DORMANT)
    asleep = replace(before, state=StateName.GO_DORMANT, outcome=None, closed=None, route=None, waiting=None)
    return (replace(asleep, generation=before.generation + 1),)


def _corrected(record: PersonRecord, moved: Iterable[Entitlement]) -> tuple[Message, ...]:
    """Whoever was told a later day than now holds is told the new one; what has not gone out never goes."""
    said = [m for m in record.messages if m.template in SAYS_UNTIL and m.state not in NEVER_CAME]
    last = max(said, key=lambda message: (message.day, message.template is Template.CORRECTED), default=None)
    if last is None:
        return ()
    until, before = last.words["until"], {e.benefit: e.valid_until for e in record.entitlements}
    shorter = [
        e.valid_until
        for e in moved
        if e.status in LIVE and e.valid_until.isoformat() < until <= before[e.benefit].isoformat()
    ]
    if not shorter:
        return ()
    if last.state is MessageState.PENDING:
        return (replace(last, state=MessageState.DROPPED),)
    on, now = clock.today(), min(shorter).isoformat()
    words = {"until": now}
    return (messages.anew(record, Template.CORRECTED, f"{on}#{now}", words, on),)


def that_counts(record: PersonRecord, in_lake: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What the lake holds beyond the record, as far as a certificate would now rest on it."""
    full = replace(record, evidence=(*record.evidence, *in_lake))
    verdicts = evidence_effects.judge(full, clock.today()).verdicts
    rests_on = {key for verdict in verdicts for key in verdict.evidence}
    return tuple(item for item in in_lake if item.key in rests_on)


def _with(record: PersonRecord, undoing: Undoing) -> PersonRecord:
    again = {e.benefit: e for e in undoing.entitlements}
    return replace(
        record,
        person=undoing.person,
        suspicions=_put(record.suspicions, undoing.suspicions),
        entitlements=tuple(again.get(e.benefit, e) for e in record.entitlements),
    )


def _put(before: Sequence[Suspicion], changed: Sequence[Suspicion]) -> tuple[Suspicion, ...]:
    after = {s.name: s for s in (*before, *changed)}
    return tuple(after.values())


def _undoing_messages(record: PersonRecord, undoing: Undoing, told: Template) -> tuple[Message, ...]:
    """Somebody whose payment had ended is told that it goes on, with what is owed."""
    months = [i.month for i in undoing.instructions if i.kind is InstructionKind.RESUME]
    if not months:
        return ()
    on = clock.today()
    words = {
        "yuan": f"{undoing.fen / 100:.2f}",
        "month": min(months),
        **decision_words.of_paying_again(
            [i.benefit for i in undoing.instructions if i.kind is InstructionKind.RESUME],
            undoing.suspicions,
            current().rules,
        ),
    }
    return (messages.anew(record, told, on.isoformat(), words, on),)
