"""疑点核实 · Suspicions and the person's word that ends them (rule 13). Silence never confirms.

What a confirmed one ends, it ends once an officer of the benefit's own authority has approved that (rule 15).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from chalicelib import clock, messages
from chalicelib.cases import evidence_effects, executions, two_numbers
from chalicelib.engine.certification.cleared_conditions import cleared
from chalicelib.engine.suspicion import approvals, stop_requests
from chalicelib.engine.suspicion.approvals import Runs
from chalicelib.engine.suspicion.lifecycle import (
    TOWNSHIP,
    VILLAGE,
    is_moot,
    may_approve,
    needs_two,
    not_involved,
)
from chalicelib.engine.suspicion.lifecycle import confirmed as confirmed_by
from chalicelib.engine.suspicion.mistaken_confirmation import contradiction_true
from chalicelib.engine.suspicion.started_again import by_document
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    EvidenceKey,
    Message,
    PersonId,
    PersonRecord,
    Reason,
    StepOutcome,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
)
from chalicelib.storage.dynamodb import people

AT_THE_DOOR = (SuspicionKind.DEATH, SuspicionKind.CONTRADICTION)


def suspicion_of(record: PersonRecord, name: str) -> Suspicion:
    """A suspicion by its name ("death#2025-03-01"); NotFoundError if there is none."""
    found = next((s for s in record.suspicions if s.name == name), None)
    if found is None:
        raise NotFoundError("no such suspicion")
    return found


def suspicion_verified(
    person: PersonId,
    kind: SuspicionKind,
    day: date,
    *,
    confirmed: bool,
    by: str,
    verification: Verification,
    level: int,
    runs: Runs,
    since: date | None = None,
) -> Suspicion:
    """A person of an office of a level has looked: confirm or clear one suspicion, and let its walk go on.

    `runs` says for which benefits they decide: the word that confirms it approves that these end.
    `since`: the day that the document of a restart names, if it is not that of the record.
    """
    name = f"{kind}#{day.isoformat()}"
    _end(
        person,
        lambda suspicion: suspicion.name == name,
        confirmed,
        _Word(by, verification, level, runs, since),
    )
    record = people.load(person)
    suspicion = suspicion_of(record, name)
    go_on(record, suspicion)
    wake_withdrawn(record)
    evidence_effects.wake_and_start(record)
    other = two_numbers.answered_alike(person, suspicion)
    if other is not None:
        go_on(people.load(other[0]), other[1])
    return suspicion


@dataclass(frozen=True, slots=True)
class _Word:
    """What somebody says of a suspicion: who, by what, of which level, deciding for which benefits."""

    by: str
    verification: Verification
    level: int
    runs: Runs
    since: date | None = None


def _runs_nothing(benefit: BenefitCode) -> bool:
    """At the door nobody decides for an authority."""
    return False


def approve_suspicion(
    person: PersonId, kind: SuspicionKind, day: date, *, by: str, level: int, runs: Runs
) -> Suspicion:
    """A second person says the same as the first: only now it is confirmed, and what they run may end."""
    name = f"{kind}#{day.isoformat()}"

    def approve(record: PersonRecord) -> Change | None:
        suspicion = suspicion_of(record, name)
        if (suspicion.state, suspicion.approved_by) == (SuspicionState.CONFIRMED, by):
            return None
        may_approve(suspicion, by)
        verification = suspicion.verification or Verification.DOCUMENT
        approved = _confirmed(record, suspicion, _Word(by, verification, level, runs))
        details = {"suspicion": name, "verified_by": suspicion.verified_by}
        return Change("suspicion approved", by, clock.now(), details, suspicions=(approved,))

    record = people.change(person, approve)
    suspicion = suspicion_of(record, name)
    go_on(record, suspicion)
    return suspicion


def approve_ending(person: PersonId, kind: SuspicionKind, day: date, *, by: str, runs: Runs) -> Suspicion:
    """An officer of an authority approves that the benefits it runs end: no other's word ends them.

    RefusedError where nothing of theirs waits, or the fact is being looked into again.
    """
    name = f"{kind}#{day.isoformat()}"

    def approve(record: PersonRecord) -> Change | None:
        before = suspicion_of(record, name)
        after = approvals.approved(record, before, by, runs)
        if after == before:
            return None
        ends = [benefit for benefit in after.signed if benefit not in before.signed]
        details = {"suspicion": name, "benefits": ends}
        return Change("ending approved", by, clock.now(), details, suspicions=(after,))

    record = people.change(person, approve)
    suspicion = suspicion_of(record, name)
    if suspicion.waiting is not None:
        executions.wake(suspicion.waiting, {"outcome": StepOutcome.APPROVED})
    return suspicion


def death_confirmed(person: PersonId, day: date, *, by: str, verification: Verification) -> PersonRecord:
    """Somebody found out at the door that the person died: the first of the two words that confirm it."""

    def confirm(record: PersonRecord) -> Change | None:
        deaths = [s for s in record.suspicions if s.kind is SuspicionKind.DEATH]
        if any(s.state is SuspicionState.CONFIRMED for s in deaths):
            return None
        suspected = [s for s in deaths if s.state is SuspicionState.OPEN]
        found = suspected or [_reported(day)]
        found = [s for s in found if s.verified_by in (None, by) or s.verified_at_level >= TOWNSHIP]
        if not found:
            return None  # the village has said so already: the township's word lacks
        word = _Word(by, verification, VILLAGE, _runs_nothing)
        ended = tuple(_confirmed(record, s, word) for s in found)
        return Change("death confirmed", by, clock.now(), {"by": verification.value}, suspicions=ended)

    record = people.change(person, confirm)
    for suspicion in record.suspicions:
        if suspicion.kind is SuspicionKind.DEATH and suspicion.state is SuspicionState.CONFIRMED:
            go_on(record, suspicion)
    evidence_effects.wake_and_start(record)
    return record


def refuted_by_visit(person: PersonId, met: EvidenceKey, *, by: str) -> None:
    """The person was seen: whatever accuses them of being dead is wrong.

    `met`: what the visit proves. A contradiction that it opened itself is not cleared when the same visit is
    reported again: its own word is no second one.
    """

    def clear(record: PersonRecord) -> Change | None:
        accused = [s for s in record.open_suspicions if s.kind in AT_THE_DOOR and s.evidence != met]
        if not accused:
            return None
        ended = tuple(_cleared(record, s, by, Verification.VISIT) for s in accused)
        details = {"suspicions": [s.name for s in ended], "by": Verification.VISIT.value}
        return Change("suspicion cleared", by, clock.now(), details, suspicions=ended)

    record = people.change(person, clear)
    for suspicion in record.suspicions:
        if suspicion.kind in AT_THE_DOOR and suspicion.state is SuspicionState.CLEARED:
            go_on(record, suspicion)


def _end(
    person: PersonId,
    which: Callable[[Suspicion], bool],
    confirmed: bool,
    word: _Word,
) -> PersonRecord:
    state = SuspicionState.CONFIRMED if confirmed else SuspicionState.CLEARED

    def end(record: PersonRecord) -> Change | None:
        concerned = [s for s in record.suspicions if which(s)]
        if not concerned:
            raise NotFoundError("no such suspicion")
        for suspicion in concerned:
            if suspicion.state not in (SuspicionState.OPEN, state):
                raise RefusedError("already_ended", "该疑点已经核实完毕。", "this suspicion has been ended")
        opened = tuple(s for s in concerned if s.state is SuspicionState.OPEN)
        if not opened:
            return None
        for suspicion in opened:
            not_involved(suspicion, word.by)
        ended = tuple(
            _confirmed(record, s, word) if confirmed else _cleared(record, s, word.by, word.verification)
            for s in opened
        )
        action = "suspicion confirmed" if confirmed else "suspicion cleared"
        details = {"suspicions": [s.name for s in ended], "by": word.verification.value}
        over = () if confirmed else _over(record, ended, word.by)
        asked = _asked_again(record, ended)
        letters = tuple(_letter(record, s) for s in ended if s.undo_until and s.state is SuspicionState.OPEN)
        return Change(
            action, word.by, clock.now(), details, suspicions=(*ended, *over, *asked), messages=letters
        )

    return people.change(person, end)


def _letter(record: PersonRecord, spoken: Suspicion) -> Message:
    """To the registered address: whoever did not mean it learns of it, and until when it is undone."""
    words = stop_requests.letter(spoken, current().rules)
    return messages.compose(record.person, Template.STOP_ASKED, spoken.name, words, clock.today())


def _confirmed(record: PersonRecord, suspicion: Suspicion, word: _Word) -> Suspicion:
    """The first of two words, or the last that it takes."""
    on, rules = clock.today(), current().rules
    suspicion = by_document(suspicion, word.verification, word.since, on)
    two = needs_two(suspicion, record.entitlements, rules, on)
    if suspicion.kind is SuspicionKind.STOP_ASKED:
        stop_requests.may_speak(suspicion, word.by, word.runs, on)
    after = confirmed_by(suspicion, word.by, word.verification, on, two=two, level=word.level)
    if after.state is SuspicionState.OPEN:
        return stop_requests.spoken_about(after, on, rules.policy)
    return approvals.awaiting(record, after, word.by, word.runs, rules, on)


def _cleared(record: PersonRecord, suspicion: Suspicion, by: str, verification: Verification) -> Suspicion:
    """Ended by a person's word that it is not so; a reversal is decided by two, either way (rule 14)."""
    first = suspicion.denied_by
    if suspicion.kind is SuspicionKind.REVERSAL:
        if first in (None, by):
            return replace(suspicion, denied_by=by, verification=verification)
        suspicion = replace(suspicion, approved_by=first)
    return cleared(suspicion, record, by, verification, clock.today(), current().rules.policy)


def _asked_again(record: PersonRecord, ended: tuple[Suspicion, ...]) -> tuple[Suspicion, ...]:
    """The reversal that a contradiction found true asks for, where a death was confirmed before (rule 14)."""
    on, rules = clock.today(), current().rules
    return tuple(asked for s in ended for asked in contradiction_true(record, s, rules, on))


def _over(record: PersonRecord, cleared: tuple[Suspicion, ...], by: str) -> tuple[Suspicion, ...]:
    """The contradictions that are none any more once what they contradict has been found wrong."""
    on, ended = clock.today(), {s.name: s for s in cleared}
    left = replace(record, suspicions=tuple(ended.get(s.name, s) for s in record.suspicions))
    contradictions = [s for s in left.open_suspicions if s.kind is SuspicionKind.CONTRADICTION]
    decision = evidence_effects.judge(left, on) if contradictions else None
    return tuple(
        replace(s, state=SuspicionState.WITHDRAWN, verified_by=by, closed=on)
        for s in contradictions
        if decision is not None and is_moot(s, decision)
    )


def _reported(day: date) -> Suspicion:
    """A death that no file had reported, found out at the door."""
    reason = Reason("death_reported", "上门核实时得知本人已去世。", "found at a visit to have died")
    return Suspicion(SuspicionKind.DEATH, day, clock.today(), SuspicionState.OPEN, None, reason)


def outcome_of(suspicion: Suspicion) -> StepOutcome:
    """The word with which an ended suspicion goes on."""
    if suspicion.state is not SuspicionState.CONFIRMED:
        return StepOutcome.REFUTED
    undoes = suspicion.kind in (SuspicionKind.REVERSAL, SuspicionKind.RESTART)
    return StepOutcome.UPHELD if undoes else StepOutcome.CONFIRMED


def withdraw(person: PersonId, name: str, action: str, *, actor: str) -> None:
    """End an open suspicion that rests on nothing any more, and let go on whoever waits for it."""

    def put(record: PersonRecord) -> Change | None:
        found = next((s for s in record.open_suspicions if s.name == name), None)
        if found is None:
            return None
        on = clock.today()
        ended = replace(found, state=SuspicionState.WITHDRAWN, verified_by=actor, closed=on)
        return Change(action, actor, clock.now(), {"suspicion": name}, suspicions=(ended,))

    record = people.change(person, put)
    for suspicion in record.suspicions:
        if suspicion.name == name and suspicion.state is SuspicionState.WITHDRAWN:
            go_on(record, suspicion)


def wake_withdrawn(record: PersonRecord) -> None:
    """Let every suspicion go on that was withdrawn while its walk waited."""
    for suspicion in record.suspicions:
        if suspicion.state is SuspicionState.WITHDRAWN and suspicion.waiting is not None:
            go_on(record, suspicion)


def go_on(record: PersonRecord, suspicion: Suspicion) -> None:
    """Wake the walk of a suspicion, or start it where nothing walks yet; open, it waits on."""
    if suspicion.state is SuspicionState.OPEN:
        evidence_effects.wake_and_start(record)
        return
    outcome = outcome_of(suspicion)
    if suspicion.waiting is not None:
        executions.wake(suspicion.waiting, {"outcome": outcome})
    else:
        executions.start_suspicion(record.person.id, suspicion)
    if outcome is StepOutcome.REFUTED:
        evidence_effects.wake_if_certified(record)
