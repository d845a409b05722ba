"""统计单元 · What one record adds to the figures of its village (rows B9 and J7).

Each figure is counted at levels of which the lines of one add up, and those of two never do:

area       people, each once
authority  people, once for each authority of which they draw, or have drawn, anything
benefit    entitlements, and what was ordered, paid and recovered about them
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from chalicelib.engine.calendar.periods import first_day, month_of
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonRecord,
    Recovery,
)

DUE_WITHIN: Final = timedelta(days=90)
STATED: Final = "as_stated_by_the_authority"
"""The route of a certificate that the authority brought with its roster."""


class Level(StrEnum):
    """What is counted: people of an area, people of an authority, or entitlements to a benefit."""

    AREA = "area"
    AUTHORITY = "authority"
    BENEFIT = "benefit"


class Figure(StrEnum):
    """What is counted. Of people: the first four; of entitlements: the others."""

    RECIPIENTS = "recipients"
    CASES = "cases"  # open ones; status: the state in which they are
    VISITS = "visits"  # still to be made; status: in time or overdue; kind: what for
    SUSPICIONS = "suspicions"  # kind, status: their state, month: in which they were opened
    ENTITLEMENTS = "entitlements"  # status of the day, route
    DUE = "due"  # certified, and no longer than 90 days; month: in which the certificate ends
    SUSPENDED = "suspended"  # month: the first that was not paid
    ARREARS_AWAITED = "arrears_awaited"  # ordered, and seen in no payment yet; status: of the order; fen
    ARREARS_ARRIVED = "arrears_arrived"  # month: in which they were seen; days: since the first month unpaid
    RECOVERIES = "recoveries"  # status, month: in which they were opened; fen: what was paid too much
    RECOVERED = "recovered"  # of these, from which something came back; fen: how much


class VisitTime(StrEnum):
    """Whether a visit that nobody has made yet could still be made in time."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"


class Cell(NamedTuple):
    """What a number is about; "" where it is about all."""

    area: AreaCode
    level: Level
    authority: str
    benefit: BenefitCode
    figure: Figure
    status: str = ""
    route: str = ""
    kind: str = ""
    month: str = ""


class Amount(NamedTuple):
    """How many, and the sums of their money (fen) and their days."""

    number: int = 1
    fen: int = 0
    days: int = 0


def cells_of(record: PersonRecord, rules: RuleBook, on: date) -> Iterator[tuple[Cell, Amount]]:
    """What a record adds on a day; the same cell may come several times."""

    def about(code: BenefitCode, figure: Figure) -> Cell:
        return Cell(record.person.area, Level.BENEFIT, _authority(rules, code), code, figure)

    yield from _of_people(record, rules, on)
    for entitlement in record.entitlements:
        yield from _of_entitlement(about(entitlement.benefit, Figure.ENTITLEMENTS), entitlement, on)
    for told in record.instructions:
        if told.kind is InstructionKind.RESUME and (told.arrears or told.held):
            yield from _of_arrears(about(told.benefit, Figure.ARREARS_AWAITED), told)
    for recovery in record.recoveries:
        yield from _of_recovery(about(recovery.benefit, Figure.RECOVERIES), recovery)


def _authority(rules: RuleBook, benefit: BenefitCode) -> str:
    """The authority that runs a benefit; "" for one that nobody has declared."""
    declared = rules.benefits.get(benefit)
    return "" if declared is None else declared.run_by.value


def _of_people(record: PersonRecord, rules: RuleBook, on: date) -> Iterator[tuple[Cell, Amount]]:
    everybody = Cell(record.person.area, Level.AREA, "", BenefitCode(""), Figure.RECIPIENTS)
    yield from _of_person(everybody, record, on, rules)
    for authority in {_authority(rules, e.benefit) for e in record.entitlements} - {""}:
        its = everybody._replace(level=Level.AUTHORITY, authority=authority)
        yield from _of_person(its, record, on, rules)


def _of_person(scope: Cell, record: PersonRecord, on: date, rules: RuleBook) -> Iterator[tuple[Cell, Amount]]:
    """What a person adds to all of an area, or to one authority: a doubt about another's benefit does not."""
    yield scope, Amount()
    if record.open_case is not None:
        yield scope._replace(figure=Figure.CASES, status=record.open_case.state.value), Amount()
    for visit in record.visits:
        if visit.is_pending:
            time = VisitTime.OVERDUE if visit.due < on else VisitTime.IN_TIME
            yield scope._replace(figure=Figure.VISITS, status=time.value, kind=visit.purpose.value), Amount()
    for s in record.suspicions:
        is_another = s.benefit is not None and _authority(rules, s.benefit) != scope.authority
        if scope.level is Level.AREA or not is_another:
            month = month_of(s.opened)
            found = scope._replace(
                figure=Figure.SUSPICIONS, status=s.state.value, kind=s.kind.value, month=month
            )
            yield found, Amount()


def _of_entitlement(cell: Cell, entitlement: Entitlement, on: date) -> Iterator[tuple[Cell, Amount]]:
    status = entitlement.status_on(on)
    route = entitlement.route.value if entitlement.route else STATED
    yield cell._replace(status=status.value, route=route), Amount()
    if status is EntitlementStatus.ACTIVE and entitlement.valid_until <= on + DUE_WITHIN:
        yield cell._replace(figure=Figure.DUE, month=month_of(entitlement.valid_until)), Amount()
    if status is EntitlementStatus.SUSPENDED:
        yield cell._replace(figure=Figure.SUSPENDED, month=entitlement.stopped_from or ""), Amount()


def _of_arrears(cell: Cell, told: Instruction) -> Iterator[tuple[Cell, Amount]]:
    """Of a resumption: what is ordered and was seen in no payment, or when it was."""
    if told.state is InstructionState.SEEN:
        first: Month = min((*told.arrears, *told.held))
        seen = told.changed or told.issued
        arrived = cell._replace(figure=Figure.ARREARS_ARRIVED, month=month_of(seen))
        yield arrived, Amount(days=(seen - first_day(first)).days)
    elif told.state is not InstructionState.CANCELLED:
        yield cell._replace(status=told.state.value), Amount(fen=told.fen)


def _of_recovery(cell: Cell, recovery: Recovery) -> Iterator[tuple[Cell, Amount]]:
    said = cell._replace(status=recovery.state.value, month=month_of(recovery.opened))
    yield said, Amount(fen=recovery.fen)
    if recovery.back > 0:
        yield said._replace(figure=Figure.RECOVERED), Amount(fen=recovery.back)
