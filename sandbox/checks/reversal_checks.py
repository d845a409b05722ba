"""Promises about the way back (rules 14 and 15): who was told dead, and whoever was released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.engine.rules.benefits import Consequence
from chalicelib.engine.rules.rulebook import custody_code
from chalicelib.model import (
    EntitlementStatus,
    InstructionKind,
    InstructionState,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from sandbox.checks.expected_certificates import alone_through
from sandbox.town.authorities import PAY_DAY, after, months_up_to
from sandbox.town.kinds_of_life import BORROWED_CARD

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run
    from sandbox.town.claims import Claim
    from sandbox.town.context import ToldDead
    from sandbox.town.townsperson import Townsperson

FOUND_WITHIN: Final = timedelta(14)  # days after the year that a card may carry alone
STOPPED: Final = (EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED)
UNDONE_WITHIN: Final = timedelta(45)  # days from her coming back, an objection and a monthly file among them
DECIDED_WITHIN: Final = 1  # working day (rule 14)
STARTS_WITHIN: Final = timedelta(
    60
)  # days from a release: the monthly file, and the officer who sees the paper


def undone(run: Run) -> Iterable[str]:
    """Whoever was told dead and lives is paid every month again, by the word of two who had no part in it."""
    for index, told in run.truth.scene.diary.told_dead.items():
        record = run.truth.records[index]
        died = [s for s in record.suspicions if s.kind is SuspicionKind.DEATH]
        reversals = [s for s in record.suspicions if s.kind is SuspicionKind.REVERSAL]
        for reversal in reversals:
            yield from _by_two_others(index, reversal, told)
        if told.back is None or run.on - told.back < UNDONE_WITHIN:
            continue
        if any(s.state in (SuspicionState.OPEN, SuspicionState.CONFIRMED) for s in died):
            yield f"person {index} was seen on {told.back}, and still counts as dead"
        yield from _nothing_is_left(index, record)
        yield from _paid_throughout(run, index, record, told.back)


def _by_two_others(index: int, reversal: Suspicion, told: ToldDead) -> Iterator[str]:
    two = {reversal.verified_by, reversal.approved_by} - {None}
    if reversal.state is SuspicionState.OPEN:
        yield f"nobody has decided whether person {index} lives, since {reversal.opened}"
    elif len(two) < 2 or two & told.by:
        yield f"that person {index} lives was decided by {sorted(map(str, two))}, told by {sorted(told.by)}"
    elif reversal.closed is not None and reversal.closed > add_working_days(reversal.opened, DECIDED_WITHIN):
        yield f"that person {index} lives was asked on {reversal.opened}, decided only on {reversal.closed}"


def _nothing_is_left(index: int, record: PersonRecord) -> Iterator[str]:
    if record.person.deceased_on is not None or any(e.status in STOPPED for e in record.entitlements):
        yield f"person {index} lives, and draws nothing"
    stopped = {i.benefit for i in record.instructions if i.kind is InstructionKind.TERMINATE}
    started = {
        i.benefit
        for i in record.instructions
        if i.kind is InstructionKind.RESUME
        or (i.kind is InstructionKind.TERMINATE and i.state is InstructionState.CANCELLED)
    }
    if stopped - started:
        yield f"nobody has told who pays {sorted(stopped - started)} that person {index} lives"
    if stopped and all(m.template is not Template.RESTORED for m in record.messages):
        yield f"person {index} was paid again, and nobody has said that it was wrong"
    if any(r.left for r in record.recoveries):
        yield f"of person {index}, who lives, something is still asked back"


def _paid_throughout(run: Run, index: int, record: PersonRecord, since: date) -> Iterator[str]:
    """Each month of the run, once and in full."""
    person = run.truth.scene.town.people[index]
    for claim in person.claims:
        drawn = next(e for e in record.entitlements if e.benefit == claim.benefit)
        if drawn.status is EntitlementStatus.ACTIVE:
            yield from _exactly(run, index, claim.benefit, claim.fen, f"{person.joins:%Y-%m}")


def _exactly(run: Run, index: int, benefit: str, fen: int, first: str) -> Iterator[str]:
    """The months from one on up to the last pay run add up; a month's arrears come with another month."""
    months = months_up_to(first, last_paid_month(run.on))
    paid = sum(run.truth.scene.diary.paid.get((index, benefit, month), 0) for month in months)
    if paid != fen * len(months):
        yield f"person {index}, {benefit}: {paid} fen paid since {first}, {fen * len(months)} were due"


def last_paid_month(on: date) -> str:
    """The last month of which a pay run has been, whose instructions were read."""
    return f"{on if on.day >= PAY_DAY else on.replace(day=1) - timedelta(1):%Y-%m}"


def due_months(person: Townsperson, last: str) -> list[str]:
    """The months of the run that somebody alive is due, up to one: not those of a sentence."""
    months = months_up_to(f"{person.joins:%Y-%m}", last)
    began, out = person.life.jailed_from, person.life.released_on
    if began is None or out is None:
        return months
    return [month for month in months if not f"{began:%Y-%m}" < month <= f"{out:%Y-%m}"]


def released(run: Run) -> Iterable[str]:
    """Who was released is paid again from the month after at the amount before, and for no month served."""
    for person in run.truth.scene.town.people:
        out, began = person.life.released_on, person.life.jailed_from
        record = run.truth.records.get(person.index)
        if out is None or began is None or record is None:
            continue
        stopped = _ended_by_sentence(run, person, record, began)
        if not stopped or run.on - out < STARTS_WITHIN:
            continue
        yield from _starts_again(run, person, record, stopped, began, out)


def _ended_by_sentence(run: Run, person: Townsperson, record: PersonRecord, began: date) -> list[Claim]:
    """What a confirmed sentence ends of what somebody draws: some benefits know no custody."""
    keys = [
        s.evidence
        for s in record.suspicions
        if s.kind is SuspicionKind.CUSTODY
        and s.day == began
        and s.state is SuspicionState.CONFIRMED
        and s.evidence is not None
    ]
    rules = run.truth.pack.rules
    codes = (
        (claim, custody_code(rules.benefit_on(claim.benefit, began), (key.feed, key.event)))
        for claim in person.claims
        for key in keys
    )
    return [claim for claim, code in codes if code is not None and code.then is Consequence.ENDS]


def _starts_again(
    run: Run, person: Townsperson, record: PersonRecord, stopped: Sequence[Claim], began: date, out: date
) -> Iterator[str]:
    restarts = [s for s in record.suspicions if s.kind is SuspicionKind.RESTART]
    if not any(s.state is SuspicionState.CONFIRMED for s in restarts):
        yield f"person {person.index} was released on {out}, and nobody has started the payment again"
        return
    first = after(f"{out:%Y-%m}")
    served = (after(f"{began:%Y-%m}"), f"{out:%Y-%m}")  # the month in which it began is due
    for claim in stopped:
        drawn = next(e for e in record.entitlements if e.benefit == claim.benefit)
        gaps = [(gap.first, gap.last) for gap in drawn.interruptions]
        if gaps != [served] or drawn.fen != claim.fen or drawn.status in STOPPED:
            yield (
                f"person {person.index}, {claim.benefit}: {drawn.status}, {drawn.fen} fen, but for {gaps}; "
                f"served {served}, {claim.fen} fen before"
            )
        yield from _exactly(run, person.index, claim.benefit, claim.fen, first)


def borrowed(run: Run) -> Iterable[str]:
    """A card that outlives its owner certifies for a year at most; then somebody goes there and finds out.

    That what was drawn is asked back to the fen is promised of every death.
    """
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        if person.kind != BORROWED_CARD or record is None:
            continue
        limits = []
        for e in record.entitlements:
            alone = alone_through(run.truth.pack, person, e.benefit, date.min)
            if alone is None:
                continue
            limits.append(alone)
            if e.valid_until > alone:
                yield f"person {person.index}, {e.benefit}: certified by a card until {e.valid_until}"
        late = bool(limits) and run.on - max(limits) > FOUND_WITHIN
        if late and not any(s.kind is SuspicionKind.DEATH for s in record.suspicions):
            yield f"nobody has found out that person {person.index} died on {person.life.dies_on}"
