"""误认定 · What shows that a suspicion may have been confirmed in error, and what two people then decide
(rule 14).

A withdrawal, of its record or of another day, the person met at a counter or at the door, a contradiction
cleared, an objection upheld: none takes anything back by itself, and none is silent. Two people who had no
part in the confirmation decide within a working day; upheld, everything that it caused is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.certification.facts import releases
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.engine.suspicion.restart import last_seen, term_of
from chalicelib.engine.suspicion.reversal import rested_on
from chalicelib.engine.suspicion.termination import ended_by
from chalicelib.model import (
    BenefitCode,
    EvidenceKey,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)

_DECIDED_FIRST: Final = 1  # by the township or above: it ended a payment
_FOUND: Final = {
    SuspicionKind.DEATH: ("去世", "the death"),
    SuspicionKind.CUSTODY: ("服刑、羁押", "the custody"),
    SuspicionKind.DOUBLE_RECEIPT: ("重复领取", "the double receipt"),
}

_ANOTHER_DAY: Final = (
    "数据部门另撤销了同类记录，所指日期不同：请向该部门核实是否系误报。",
    " The department has taken back a record of the kind, of another day: ask whether it was wrong.",
)


_WITHDRAWN: Final = (
    "数据部门撤销了一条记录，所指日期与{zh_day}{zh}的认定不符",
    "The department took back a record that does not name {en} found of {day}",
)
_TAKEN_BACK: Final = (
    "数据部门撤销了{zh_day}{zh}的认定所依据的记录",
    "The department took back the record on which {en} found of {day} rests",
)
_SEEN: Final = (
    "{zh_day}{zh}的认定之后，工作人员于{zh_seen}见到了本人",
    "{en} was found of {day}, and the person has been seen by staff on {seen} since",
)
_TRUE: Final = (
    "{zh_day}{zh}的认定与此后的到场记录矛盾，经核实到场记录属实",
    "{en} was found of {day}; what contradicts it has been verified and is so",
)
_OBJECTED: Final = (
    "对{zh_day}{zh}的认定提出的异议成立",
    "An objection against {en} found of {day} has been upheld",
)


def seen_alive(record: PersonRecord, rules: RuleBook, on: date) -> Iterator[Suspicion]:
    """What two people have to decide once somebody confirmed dead, or in prison, was seen after that.

    At a counter, at the door, or by their own face; asked once for each day on which that happens. What was
    known when it was confirmed, or has been answered since, asks nothing; nor does whoever was released.
    """
    gone = _gone(record, rules, on)
    if not gone:  # nearly everybody
        return iter(())
    seen = last_seen(record, rules)

    def is_news(found: Suspicion) -> bool:
        answered = [s.closed for s in record.suspicions if s.about == found.name and s.closed is not None]
        is_later = seen > max(answered) if answered else seen >= (found.closed or date.min)
        return is_later and not _is_released(record, found, rules, seen)

    return _asked(record, filter(is_news, gone), rules, on, _SEEN, seen)


def contradiction_true(
    record: PersonRecord, cleared: Suspicion, rules: RuleBook, on: date
) -> Iterator[Suspicion]:
    """What two people have to decide once what contradicted a death or custody was found to be so."""
    is_so = cleared.kind is SuspicionKind.CONTRADICTION and cleared.state is SuspicionState.CLEARED
    contradicted = (s for s in _gone(record, rules, on) if is_so and s.day < cleared.day)
    return _asked(record, contradicted, rules, on, _TRUE)


def objection_upheld(
    record: PersonRecord, benefit: BenefitCode | None, rules: RuleBook, on: date
) -> Iterator[Suspicion]:
    """What two people have to decide once an objection against an ending was upheld: whatever ended it.

    `benefit`: whose ending, if not all; also what waits for its authority to end it.
    """
    concerned = [e for e in record.entitlements if benefit in (None, e.benefit)]
    ends = (
        s
        for s in record.suspicions
        if s.state is SuspicionState.CONFIRMED
        and any(e.benefit in (s.ends or ()) or ended_by(s, e, rules, on) for e in concerned)
    )
    return _asked(record, ends, rules, on, _OBJECTED)


def _gone(record: PersonRecord, rules: RuleBook, on: date) -> tuple[Suspicion, ...]:
    """What people have confirmed by which the person could not be where they are seen: dead, or in prison."""
    confirmed = (s for s in record.suspicions if s.state is SuspicionState.CONFIRMED)
    return tuple(
        s
        for s in confirmed
        if s.kind is SuspicionKind.DEATH
        or (s.kind is SuspicionKind.CUSTODY and _ended_something(s, record, rules, on))
    )


def _is_released(record: PersonRecord, found: Suspicion, rules: RuleBook, seen: date) -> bool:
    """Whether a release is on record, or its term is over: then it is asked since when it is paid again."""
    loss = found.evidence
    until = term_of(loss, record) if found.kind is SuspicionKind.CUSTODY else None
    if until is not None and until < seen:
        return True
    return loss is not None and any(
        (event := rules.events.get((item.key.feed, item.key.event))) is not None
        and releases(item, event, loss, record.refuted)
        for item in record.evidence
    )


def _asked(
    record: PersonRecord,
    mistaken: Iterable[Suspicion],
    rules: RuleBook,
    on: date,
    shown: tuple[str, str],
    seen: date | None = None,
) -> Iterator[Suspicion]:
    """One reversal for each of those that may have been confirmed in error, unless it is being decided."""
    taken = _taken(record)
    for suspicion in mistaken:
        if not any(s.about == suspicion.name and s.state is SuspicionState.OPEN for s in taken):
            opened = _opened(suspicion, taken, rules, on, shown, seen)
            taken.append(opened)
            yield opened


def _taken(record: PersonRecord) -> list[Suspicion]:
    return [s for s in record.suspicions if s.kind is SuspicionKind.REVERSAL]


def reversals(
    record: PersonRecord,
    gone: AbstractSet[EvidenceKey],
    unmatched: AbstractSet[EvidenceKey],
    rules: RuleBook,
    on: date,
) -> Iterator[Suspicion]:
    """What two people have to decide once a department has taken back `gone`.

    Of what has ended a payment a withdrawal takes nothing back by itself, whether it names the record or not
    (`unmatched`: what of it names no record that was ever received). `record` as it stands after the
    withdrawal. A death found out at the door rests on no record; that the department takes its own back is
    reason enough to ask.
    """
    unnamed = {kind for key in unmatched if (kind := _kind(key, rules)) is not None}

    def is_taken_back(suspicion: Suspicion) -> bool:
        at_the_door = suspicion.verification is Verification.VISIT and suspicion.evidence in gone
        return suspicion.kind in unnamed or (at_the_door and suspicion.kind in _FOUND)

    confirmed = [s for s in record.suspicions if s.state is SuspicionState.CONFIRMED]
    named = [s for s in confirmed if rested_on(s, gone, record, rules)]
    others = (s for s in confirmed if s not in named and is_taken_back(s))
    yield from _asked(record, named, rules, on, _TAKEN_BACK)
    yield from _asked(
        record, (s for s in others if _ended_something(s, record, rules, on)), rules, on, _WITHDRAWN
    )


def noted(record: PersonRecord, unmatched: AbstractSet[EvidenceKey], rules: RuleBook) -> Iterator[Suspicion]:
    """Open suspicions of a kind of which a department has taken back another day, saying so."""
    kinds = {kind for key in unmatched if (kind := _kind(key, rules)) is not None}
    for suspicion in record.open_suspicions:
        why = suspicion.reason
        if suspicion.kind in kinds and not why.zh.endswith(_ANOTHER_DAY[0]):
            told = Reason(
                why.code, why.zh + _ANOTHER_DAY[0], why.en + _ANOTHER_DAY[1], why.evidence, why.rule
            )
            yield replace(suspicion, reason=told)


def _kind(key: EvidenceKey, rules: RuleBook) -> SuspicionKind | None:
    event = rules.events.get((key.feed, key.event))
    return event.suspicion if event is not None else None


def _ended_something(suspicion: Suspicion, record: PersonRecord, rules: RuleBook, on: date) -> bool:
    return suspicion.kind is SuspicionKind.DEATH or any(
        ended_by(suspicion, entitlement, rules, on) for entitlement in record.entitlements
    )


def _opened(
    about: Suspicion,
    taken: list[Suspicion],
    rules: RuleBook,
    on: date,
    shown: tuple[str, str],
    seen: date | None = None,
) -> Suspicion:
    zh, en = _FOUND.get(about.kind, ("丧失资格", "the loss"))
    said = {"zh": zh, "en": en, "day": about.day, "zh_day": zh_day(about.day)}
    if seen is not None:
        said |= {"seen": seen, "zh_seen": zh_day(seen)}
    zh_shown, en_shown = (each.format(**said) for each in shown)
    why = Reason(
        SuspicionKind.REVERSAL.value,
        f"{zh_shown}，原认定可能有误，待遇已因此停发或待停发。"
        "须由未参与原认定的两名工作人员在一个工作日内核实本人身份或询问数据部门后决定：确属误认的予以确认，"
        "待遇恢复并补发；原认定无误的予以排除。",
        f"{en_shown[0].upper()}{en_shown[1:]}: it may have been found in error, and payment has ended or "
        "is to end for it. Two people who had no part in it see the person or ask the department within "
        "one working day: confirm if it was wrong, and payment "
        "resumes with arrears; clear it if it was right.",
    )
    return asked_of_two(about, taken, why, rules, on)


def asked_of_two(
    about: Suspicion, taken: Sequence[Suspicion], why: Reason, rules: RuleBook, on: date
) -> Suspicion:
    """The question whether a suspicion was confirmed in error, for two people who had no part in that.

    `taken`: the reversals that the person has had.
    """
    day = about.day
    while any(s.day == day and s.about != about.name for s in taken):  # kind and day are its key
        day += ONE_DAY
    generation = max((s.generation for s in taken if s.day == day), default=0) + 1
    return Suspicion(
        SuspicionKind.REVERSAL,
        day,
        on,
        SuspicionState.OPEN,
        None,
        why,
        about.benefit,
        level=_DECIDED_FIRST,
        verify_by=verify_by(on, _DECIDED_FIRST, rules.policy, SuspicionKind.REVERSAL),
        generation=generation,
        about=about.name,
        involved=frozenset(
            by for by in (about.verified_by, about.approved_by, *about.signed.values()) if by is not None
        ),
    )


def reversed_by(record: PersonRecord, reversal: Suspicion) -> Suspicion | None:
    """The confirmed suspicion that an upheld reversal is about; None where that stands no longer."""
    if reversal.kind is not SuspicionKind.REVERSAL or reversal.state is not SuspicionState.CONFIRMED:
        return None
    return next(
        (s for s in record.suspicions if s.name == reversal.about and s.state is SuspicionState.CONFIRMED),
        None,
    )
