"""Promises about what is put right: a wrong tap, a late list, a card renewed late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.clock import civil_date
from chalicelib.model import EntitlementStatus, InstructionKind, PersonRecord, VisitOutcome
from sandbox.checks.reversal_checks import STARTS_WITHIN, STOPPED, last_paid_month
from sandbox.town.authorities import months_up_to
from sandbox.town.kinds_of_life import CARD_RENEWED, CARDS_IN_FORCE, LATE_LIST

if TYPE_CHECKING:
    from datetime import date

    from sandbox.checks.run_result import Run
    from sandbox.town.townsperson import Townsperson

RESUMED_WITHIN: Final = timedelta(1)


def corrected_taps(run: Run) -> Iterable[str]:
    """Who was met and said to be not found is certified from that day, and both words stand in the trail."""
    for index, told in run.truth.scene.diary.mistapped.items():
        record = run.truth.records[index]
        if told.corrected is None:
            yield f"person {index} was met on {told.made:%Y-%m-%d}, and the wrong tap could not be put right"
            continue
        said = {(v.outcome, v.by) for v in record.visits if v.made == told.made}
        both = {(VisitOutcome.NOT_FOUND, told.by), (VisitOutcome.SEEN, told.corrected_by)}
        if said != both:
            yield f"person {index}: of the visit of {told.made:%Y-%m-%d} stands {sorted(map(str, said))}"
        day = civil_date(told.made)
        if any(
            e.evidence is None or e.evidence.day < day for e in record.entitlements if e.route is not None
        ):
            yield f"person {index} was met on {day}, and is not certified from then"
        if any(s.person.index == index for s in run.truth.suspensions):
            yield f"person {index} was met on {day}, and suspended"


def late_list(run: Run) -> Iterable[str]:
    """A list that comes months late keeps nobody from being paid again the day they certify."""
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        if person.kind != LATE_LIST or record is None:
            continue
        suspended = [s.on for s in run.truth.suspensions if s.person.index == person.index]
        back = [a.day for a in run.truth.scene.diary.answers if a.person == person.index]
        for on in suspended:
            came = min((day for day in back if day >= on), default=None)
            if came is not None and not _is_resumed(record, came):
                yield f"person {person.index} certified on {came}, and was not paid again at once"


def _is_resumed(record: PersonRecord, came: date) -> bool:
    return any(
        i.kind is InstructionKind.RESUME and came <= i.issued <= came + RESUMED_WITHIN
        for i in record.instructions
    )


def renewed(run: Run) -> Iterable[str]:
    """Whose card ran out and was renewed is paid each month but those that people found not due."""
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        cards = [listed for listed in person.life.listed if listed.feed == CARDS_IN_FORCE]
        if person.kind != CARD_RENEWED or record is None or run.on - cards[-1].since < STARTS_WITHIN:
            continue
        yield from _paid_but_for_the_gap(run, person, record, cards[0].until, cards[-1].since)


def _paid_but_for_the_gap(
    run: Run, person: Townsperson, record: PersonRecord, ends: date, again: date
) -> Iterator[str]:
    for claim in person.claims:
        drawn = next(e for e in record.entitlements if e.benefit == claim.benefit)
        if drawn.status in STOPPED:
            yield f"person {person.index} has a new card, and {claim.benefit} is not paid"
        gaps = {m for gap in drawn.interruptions for m in months_up_to(gap.first, gap.last)}
        if any(not f"{ends:%Y-%m}" <= month <= f"{again:%Y-%m}" for month in gaps):
            yield f"person {person.index}, {claim.benefit}: {sorted(gaps)} were not paid"
        months = months_up_to(f"{person.joins:%Y-%m}", last_paid_month(run.on))
        due = [month for month in months if month not in gaps]
        paid = sum(run.truth.scene.diary.paid.get((person.index, claim.benefit, month), 0) for month in due)
        if drawn.status is EntitlementStatus.ACTIVE and paid != claim.fen * len(due):
            yield f"person {person.index}, {claim.benefit}: {paid} fen paid of {claim.fen * len(due)}"
