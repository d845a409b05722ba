"""证据生效 · What new evidence changes: certificates, suspicions, the message that says so, and who is woken.

Intake and API come through `evidence_arrived`, which adds evidence and commits what follows; whoever commits
more with it (steps, the daily run, withdrawals) asks `apply_rules` what follows. There is no third way for a
certificate to move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from chalicelib import clock, messages
from chalicelib.cases import executions, repeated_words, withheld_before_end
from chalicelib.engine.certification import lazy_renewal
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.conditions import UNTIL
from chalicelib.engine.suspension.readiness import wrongly_suspended
from chalicelib.engine.suspension.signs_of_life import sign_to_keep
from chalicelib.engine.suspension.timeline import asked_about, is_far_from_a_case
from chalicelib.engine.suspicion.lifecycle import may_open, opened
from chalicelib.engine.suspicion.mistaken_confirmation import seen_alive
from chalicelib.engine.suspicion.restart import restarts
from chalicelib.engine.suspicion.upcoming import dates_ahead, upcoming
from chalicelib.engine.texts.message_templates import may_tell_certified
from chalicelib.errors import RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    LIVE,
    BenefitCode,
    Case,
    Change,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FileId,
    Instruction,
    Message,
    Outcome,
    PersonId,
    PersonRecord,
    StateName,
    StepOutcome,
    Suspicion,
    SuspicionKind,
    Template,
)
from chalicelib.storage.dynamodb import date_rows, files, people, used_once, worklist_rows

NO_EXECUTION: Final = (StateName.GO_DORMANT, StateName.PARK_FOR_A_PERSON)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of some evidence: the record as it stands now, and whose certificate moved.

    `unmatched`: of what was taken back, what names no record that was ever received.
    `wrote`: whether anything was new to the record; else all of it came before.
    """

    record: PersonRecord
    decision: Decision
    moved: tuple[BenefitCode, ...]
    unmatched: frozenset[EvidenceKey] = frozenset()
    wrote: bool = True


def judge(record: PersonRecord, on: date) -> Decision:
    """The rule book's word on a record, with refuted accusations left out."""
    return decide(
        record.person,
        record.entitlements,
        record.evidence,
        current().rules,
        on,
        refuted=record.refuted,
        related=record.about_related,
        clearances=record.clearances,
        death_word=next((s.reason for s in record.open_suspicions if _is_a_word_of_death(s)), None),
    )


def _is_a_word_of_death(suspicion: Suspicion) -> bool:
    """Whether somebody says that the person died, and no record of a department does."""
    return suspicion.kind is SuspicionKind.DEATH and suspicion.evidence is None


def evidence_arrived(
    person: PersonId,
    evidence: Sequence[Evidence],
    *,
    actor: str,
    in_lake: Sequence[Evidence] = (),
    action: str = "evidence arrived",
    once: str | None = None,
    awaited: bool | None = None,
) -> Arrival:
    """Add evidence to a person's record, settle what follows, and wake whoever waited for it.

    `in_lake`: what may wait in the lake, and is weighed with it; what of this moves nothing is not written.
    The same evidence again changes nothing, but still wakes: the first delivery may have died between its
    transaction and the call. `once`: the name of what shows it, marked as used in the same transaction;
    RefusedError where it has been used before. `awaited`: of a file (`repeated_words`), if needed now.
    """

    def settle(record: PersonRecord) -> tuple[Change | None, Settlement]:
        if once is not None and used_once.is_used(once):
            raise RefusedError(
                "assertion_used",
                "这份断言已经使用过，每次认证须由应用重新核验并签名。",
                "this assertion has been used: each certification needs a check, and a signature, of its own",
            )
        new = unknown_to(record, evidence)
        says = any((item.key.feed, item.key.event) in current().rules.asked for item in new)
        if awaited is not None and (says or not awaited):
            new = repeated_words.left_out(record, new, awaited=awaited)
        beside = repeated_words.in_lake(record, new) if says and not in_lake else in_lake
        settlement = apply_rules(replace(record, evidence=record.evidence + new), clock.today(), beside)
        settlement = replace(settlement, evidence=new + settlement.evidence)
        is_plain = awaited and not new and settlement.only_carries_further
        if is_plain and is_far_from_a_case(record, current().rules, clock.today()):
            settlement = replace(settlement, entitlements=(), evidence=(), messages=())
        return settlement.change(action, actor) if settlement or once is not None else None, settlement

    also = () if once is None else (used_once.mark(once),)
    record, settlement = people.change_with_outcome(person, settle, also=also)
    asked = current().rules.asked
    if any(UNTIL in i.facts or (i.key.feed, i.key.event) in asked for i in settlement.evidence):
        file_dates(person, dates_ahead(record, current().rules, clock.today()), clock.today())
    wake_and_start(record)
    moved = tuple(entitlement.benefit for entitlement in settlement.entitlements)
    return Arrival(record, judge(record, clock.today()), moved, wrote=bool(settlement))


def file_dates(person: PersonId, days: Iterable[date], on: date, *, is_new: bool = False) -> None:
    """File a person under each day on which a date alone may change something (`cases.dates`)."""
    ahead = timedelta(days=current().rules.policy.suspicions.dates_ahead)
    date_rows.file_dates(person, sorted(days), on, ahead, is_new=is_new)


def awaited_until(on: date) -> date:
    """Whose certificate ends by this day needs evidence on their record at once."""
    return on + timedelta(days=current().rules.policy.lazy_renewal.days_before_end)


def unknown_to(record: PersonRecord, found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence that a record neither holds nor has had withdrawn, each fact once.

    What a file of a later day than the withdrawal's says again counts again (rule 25: a repetition does not).
    Presence under another name gives way to the same under the person's own.
    """
    doubtful = {item.key for item in record.evidence if item.is_under_another_name}
    known = {item.key for item in record.evidence} - doubtful
    new: dict[EvidenceKey, Evidence] = {}
    for item in found:
        is_no_better = item.is_under_another_name and (item.key in doubtful or item.key in new)
        if item.key in known or is_no_better:
            continue
        if item.key not in record.withdrawn or is_said_again(record.taken_back.get(item.key), item.file):
            new[item.key] = item
    return tuple(new.values())


def is_said_again(taken_back: date | None, file: FileId) -> bool:
    """Whether a file is of a later day than the one that took back what it says."""
    day = files.day_of(file) if taken_back is not None else None
    return day is not None and taken_back is not None and day > taken_back


@dataclass(frozen=True, slots=True)
class Settlement:
    """The items of a record that a decision moves; empty (falsy) where nothing moves.

    `evidence` came from the lake and is to be written with them; `after` is the record with its
    certificates as they will then stand.
    """

    decision: Decision
    entitlements: tuple[Entitlement, ...]
    suspicions: tuple[Suspicion, ...]
    messages: tuple[Message, ...]
    record: PersonRecord
    after: PersonRecord
    evidence: tuple[Evidence, ...] = ()
    instructions: tuple[Instruction, ...] = ()  # what a suspension withheld before the payment ended

    def __bool__(self) -> bool:
        return bool(self.entitlements or self.suspicions or self.evidence or self.instructions)

    @property
    def only_carries_further(self) -> bool:
        """Whether it is nothing but plain presence from the lake that makes certificates last longer."""
        rules, before = current().rules, {e.benefit: e.valid_until for e in self.record.entitlements}
        later = all(e.valid_until > before[e.benefit] for e in self.entitlements)
        new = self.suspicions or self.instructions
        return later and not new and all(lazy_renewal.may_wait(i, rules) for i in self.evidence)

    def change(self, action: str, actor: str, *, evidence: tuple[Evidence, ...] = ()) -> Change:
        """This settlement as one step of the record, with what an auditor needs to replay it."""
        evidence = evidence or self.evidence
        told = any(message.template is Template.CERTIFIED for message in self.messages)
        return Change(
            action=action,
            actor=actor,
            at=clock.now(),
            details={
                "rules": self.decision.rules,
                "evidence": [str(item.key) for item in evidence],
                "files": sorted({item.file for item in evidence}),
                "verdicts": {
                    verdict.benefit: f"{verdict.outcome} {verdict.valid_until.isoformat()}"
                    for verdict in self.decision.verdicts
                },
            },
            person=replace(self.record.person, told_on=self.decision.on) if told else None,
            entitlements=self.entitlements,
            evidence=evidence,
            restore=tuple(sorted(item.key for item in evidence if item.key in self.record.withdrawn)),
            suspicions=self.suspicions,
            messages=self.messages,
            instructions=self.instructions,
        )


def apply_rules(record: PersonRecord, on: date, in_lake: Iterable[Evidence] = ()) -> Settlement:
    """What the rule book changes on a record as it stands (with new evidence already in it).

    `in_lake`: what the lake holds about the person; it is weighed with the record, and of it the settlement
    names what the record needs.
    """
    weighed = lazy_renewal.worth_weighing(unknown_to(record, in_lake), current().rules, on)
    full = replace(record, evidence=(*record.evidence, *weighed))
    decision = judge(full, on)
    entitlements = tuple(
        entitlement.certified(verdict, decision.rules)
        for entitlement in record.entitlements
        if entitlement.status is not EntitlementStatus.TERMINATED
        for verdict in (decision.verdict_for(entitlement.benefit),)
        if entitlement.valid_until != verdict.valid_until  # better evidence for the same day moves nothing
    )
    now = {e.benefit: e for e in (*record.entitlements, *entitlements)}
    after = replace(full, entitlements=tuple(now.values()))
    ended = any(e.status is EntitlementStatus.TERMINATED for e in record.entitlements)
    owed, letters = withheld_before_end.owed(full, on) if ended else ((), ())
    told = (*_certified_messages(full, entitlements, decision), *letters)
    settlement = Settlement(decision, entitlements, _suspicions(full, decision), told, full, after, (), owed)
    return replace(settlement, evidence=_needed(weighed, record, settlement)) if weighed else settlement


def _needed(
    weighed: Sequence[Evidence], record: PersonRecord, settlement: Settlement
) -> tuple[Evidence, ...]:
    """Of evidence that waits in the lake, what belongs on the record now."""
    decision, due = settlement.decision, worklist_rows.due_of(settlement.after)
    awaited = bool(
        (due is not None and due <= awaited_until(decision.on))
        or record.open_case
        or record.open_suspicions
        or settlement.suspicions
    )
    rules = current().rules
    needed = repeated_words.worth_writing(weighed, record, decision, awaited=awaited)
    kept = replace(record, evidence=(*record.evidence, *needed))
    return (*needed, *sign_to_keep(kept, weighed, rules, decision.on))


def _suspicions(record: PersonRecord, decision: Decision) -> tuple[Suspicion, ...]:
    policy = current().rules.policy
    new: list[Suspicion] = []
    for finding in decision.findings:
        if may_open(finding, [*record.suspicions, *new]):
            new.append(opened(finding, decision.on, policy, [*record.suspicions, *new]))
    rules, on = current().rules, decision.on
    has_ended = any(e.status not in LIVE for e in record.entitlements)
    if not has_ended and not _knows_dates(record):  # nearly everybody
        return (*new, *seen_alive(record, rules, on))
    asked = (*restarts(record, rules, on), *upcoming(record, rules, on))
    return (*new, *seen_alive(record, rules, on), *asked)


def _knows_dates(record: PersonRecord) -> bool:
    """Whether anything that the person draws has conditions, or bands of amounts, that a date may change."""
    benefits = current().rules.benefits
    versions = (version for e in record.entitlements for version in benefits[e.benefit].versions)
    return any(version.conditions or not isinstance(version.amount, str) for version in versions)


def _certified_messages(
    record: PersonRecord, entitlements: tuple[Entitlement, ...], decision: Decision
) -> tuple[Message, ...]:
    """The one "you are certified" message of a person and year, at the first renewal of a period."""
    on = decision.on
    before = {entitlement.benefit: entitlement.valid_until for entitlement in record.entitlements}
    renewed = [
        e
        for e in entitlements
        if e.valid_until > before[e.benefit]
        and e.status in LIVE
        and e.valid_until >= on
        and decision.verdict_for(e.benefit).outcome is not Outcome.CONTRADICTED
    ]
    if not renewed or not may_tell_certified(record.person, on, current().rules.policy):
        return ()
    until = min(e.valid_until for e in renewed)
    words = {"until": until.isoformat()}
    return (messages.anew(record, Template.CERTIFIED, on.isoformat(), words, on),)


# --- who is woken ------------------------------------------------------------------------------


def wake_and_start(record: PersonRecord) -> None:
    """Do what a committed change asks of Step Functions; safe to repeat, made good by the daily run."""
    for suspicion in record.open_suspicions:
        if suspicion.waiting is None:
            executions.start_suspicion(record.person.id, suspicion)
    wake_if_certified(record)


def still_due(record: PersonRecord, case: Case) -> tuple[Entitlement, ...]:
    """The live entitlements that this case has not yet seen certified beyond its period; none of the dead.

    Nor what is never suspended and was asked about before, in vain; nor what was suspended wrongly, as
    somebody not involved has found: it resumes without a certificate.
    """
    if record.person.deceased_on is not None:
        return ()
    late = asked_about(record, case.due, current().rules)
    if not any(e.status is EntitlementStatus.SUSPENDED for e in late):
        return late
    wrongly = wrongly_suspended(record, case, current().rules.policy, clock.today())
    return tuple(e for e in late if e.benefit not in wrongly)


def resumable(record: PersonRecord, case: Case | None) -> tuple[Entitlement, ...]:
    """What is suspended of somebody who lives, and that the case sees certified beyond its period.

    What somebody was owed in life goes to their heirs, with the ending (rule 15).
    """
    if record.person.deceased_on is not None:
        return ()
    due = {e.benefit for e in still_due(record, case)} if case else set()
    return tuple(
        e for e in record.entitlements if e.status is EntitlementStatus.SUSPENDED and e.benefit not in due
    )


def is_certified(record: PersonRecord, case: Case) -> bool:
    """Whether everything that the case is about is certified beyond its period."""
    return not still_due(record, case)


def wake_if_certified(record: PersonRecord) -> None:
    """End the wait of an open case whose benefits are all certified beyond its period.

    Once suspended, each is paid again as soon as it is certified: no benefit waits for another one.
    """
    case = record.open_case
    if case is None:
        return
    waits_suspended = case.state in (StateName.AWAIT_RESUMPTION, *NO_EXECUTION)
    if not is_certified(record, case) and not (waits_suspended and resumable(record, case)):
        return
    if case.waiting is not None:
        executions.wake(case.waiting, {"outcome": StepOutcome.CERTIFIED})
    elif case.state in NO_EXECUTION:
        _awaken(record.person.id, case)


def nothing_to_wait_for(record: PersonRecord) -> None:
    """Close the case of whoever waited, suspended, and is paid again although nothing certified them."""
    case = record.open_case
    if case is None or any(e.status is EntitlementStatus.SUSPENDED for e in record.entitlements):
        return
    if case.waiting is not None and case.state is StateName.AWAIT_RESUMPTION:
        executions.wake(case.waiting, {"outcome": StepOutcome.CLOSED})
    elif case.state is StateName.GO_DORMANT:
        _awaken(record.person.id, case)


def _awaken(person: PersonId, case: Case) -> None:
    """Begin the next generation of a case that rests, at resuming (nothing is lost past a year)."""

    def next_generation(record: PersonRecord) -> Change | None:
        now = next((c for c in record.cases if c.due == case.due), None)
        if now is None or now.state is not case.state or now.generation != case.generation:
            return None
        again = replace(now, generation=now.generation + 1, state=StateName.RESUME_AND_PAY_ARREARS)
        return Change("dormant case awakened", "platform", clock.now(), cases=(again,))

    record = people.change(person, next_generation)
    again = record.open_case
    if again is not None and again.state is StateName.RESUME_AND_PAY_ARREARS:
        executions.start_certification(person, again, StateName.RESUME_AND_PAY_ARREARS)
