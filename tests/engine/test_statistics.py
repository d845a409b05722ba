"""What one record adds to the figures, and what is told of many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.statistics.cells import Amount, Cell, Figure, Level, cells_of
from chalicelib.engine.statistics.summary import Arrears, Recoveries, report
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Booking,
    Case,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonRecord,
    Recovery,
    RecoveryState,
    Route,
    StateName,
    SuspicionKind,
    SuspicionState,
    VisitOutcome,
    VisitPurpose,
    Way,
)
from tests.engine.judging import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, a_visit, an_entitlement, day

ON = day("2025-07-01")
ALLOWANCE = BenefitCode("old_age_allowance")  # of civil affairs
JUNE = Month("2025-06")


def cells(record: PersonRecord, figure: Figure, level: Level = Level.BENEFIT) -> list[tuple[Any, ...]]:
    """What else is said of a figure (status, route, kind, month), and how much."""
    found = [(c, a) for c, a in cells_of(record, RULES, ON) if (c.figure, c.level) == (figure, level)]
    return [(c.status, c.route, c.kind, c.month, *a) for c, a in found]


@pytest.mark.parametrize(
    ("also", "status", "route", "due", "suspended"),
    [
        ({"certified_until": "2025-09-29", "route": Route.SILENT}, "active", "silent", "2025-09", None),
        ({"certified_until": "2025-09-30"}, "active", "as_stated_by_the_authority", None, None),
        ({"certified_until": "2025-07-01", "route": Route.VISIT}, "active", "visit", "2025-07", None),
        ({"certified_until": "2025-06-30", "route": Route.SELF}, "expired_still_paid", "self", None, None),
        (
            {"status": EntitlementStatus.SUSPENDED, "stopped_from": JUNE, "route": Route.SELF},
            "suspended",
            "self",
            None,
            "2025-06",
        ),
        ({"status": EntitlementStatus.SUSPENDED, "route": Route.SELF}, "suspended", "self", None, ""),
        ({"status": EntitlementStatus.TERMINATED, "route": Route.SELF}, "terminated", "self", None, None),
    ],
)
def test_an_entitlement(
    also: dict[str, Any], status: str, route: str, due: str | None, suspended: str | None
) -> None:
    record = a_record(entitlements=[an_entitlement(**also)])
    assert cells(record, Figure.ENTITLEMENTS) == [(status, route, "", "", 1, 0, 0)]
    assert [month for *_, month, _, _, _ in cells(record, Figure.DUE)] == ([due] if due else [])
    of_stopped = [month for *_, month, _, _, _ in cells(record, Figure.SUSPENDED)]
    assert of_stopped == ([] if suspended is None else [suspended])


def resumed(state: InstructionState, **also: Any) -> Instruction:
    told: dict[str, Any] = {"arrears": (Month("2025-04"), Month("2025-05")), "fen": 30_000, **also}
    return Instruction(
        PENSION, InstructionKind.RESUME, JUNE, reason="", state=state, issued=day("2025-06-10"), **told
    )


@pytest.mark.parametrize(
    ("told", "awaited", "arrived"),
    [
        (resumed(InstructionState.ISSUED), [("issued", "", "", "", 1, 30_000, 0)], []),
        (resumed(InstructionState.LISTED), [("listed", "", "", "", 1, 30_000, 0)], []),
        (
            resumed(InstructionState.ACKNOWLEDGED, arrears=(), held=(Month("2025-05"),), fen=0),
            [("acknowledged", "", "", "", 1, 0, 0)],
            [],
        ),
        (
            resumed(InstructionState.SEEN, changed=day("2025-06-30"), fen=0),
            [],
            [("", "", "", "2025-06", 1, 0, 90)],
        ),
        (resumed(InstructionState.SEEN), [], [("", "", "", "2025-06", 1, 0, 70)]),
        (resumed(InstructionState.CANCELLED), [], []),
        (resumed(InstructionState.ISSUED, arrears=()), [], []),
        (replace(resumed(InstructionState.ISSUED), kind=InstructionKind.SUSPEND), [], []),
    ],
)
def test_arrears_are_awaited_until_a_payment_shows_them(
    told: Instruction, awaited: list[Any], arrived: list[Any]
) -> None:
    record = a_record(instructions=[told])
    assert cells(record, Figure.ARREARS_AWAITED) == awaited
    assert cells(record, Figure.ARREARS_ARRIVED) == arrived


def recovery(state: RecoveryState = RecoveryState.DEMANDED, *back: int) -> Recovery:
    bookings = tuple(Booking(Way.REPAID, fen, ON, f"r{n}", "clerk") for n, fen in enumerate(back))
    return Recovery(1, PENSION, JUNE, {JUNE: 15_000}, state, day("2025-06-12"), bookings=bookings)


def test_what_is_recovered() -> None:
    demanded = ("demanded", "", "", "2025-06", 1, 15_000, 0)
    assert cells(a_record(recoveries=[recovery()]), Figure.RECOVERIES) == [demanded]
    assert cells(a_record(recoveries=[recovery()]), Figure.RECOVERED) == []
    record = a_record(recoveries=[recovery(RecoveryState.DEMANDED, 4_000, 1_000)])
    assert cells(record, Figure.RECOVERED) == [("demanded", "", "", "2025-06", 1, 5_000, 0)]


TWO = (an_entitlement(certified_until="2025-12-31"), an_entitlement(ALLOWANCE, "2025-12-31"))


def test_people_count_once_in_their_area_and_once_for_each_authority() -> None:
    visits = [
        a_visit("2025-06-01 10:00", None, made=None),
        a_visit("2025-06-01 10:00", None, made=None, number=2, purpose=VisitPurpose.VERIFY),
        a_visit("2025-06-01 10:00", VisitOutcome.AWAY, number=3),
    ]
    visits[1] = replace(visits[1], due=ON)
    walking = Case(ON, ON, 1, StateName.REMIND)
    found = list(cells_of(a_record(entitlements=TWO, visits=visits, cases=[walking]), RULES, ON))
    of_people = [(c.level, c.authority, c.figure, c.status, c.kind) for c, _ in found if not c.benefit]
    expected = [
        (Figure.RECIPIENTS, "", ""),
        (Figure.CASES, "Remind", ""),
        (Figure.VISITS, "overdue", "certify"),
        (Figure.VISITS, "in_time", "verify"),
    ]
    scopes = [(Level.AREA, ""), (Level.AUTHORITY, "hrss"), (Level.AUTHORITY, "civil_affairs")]
    assert sorted(of_people) == sorted((*scope, *figure) for scope in scopes for figure in expected)


def test_a_doubt_about_one_benefit_is_its_authoritys() -> None:
    doubted = a_suspicion(SuspicionKind.DOUBTED, state=SuspicionState.CLEARED, benefit=ALLOWANCE)
    record = a_record(entitlements=TWO, suspicions=[a_suspicion(), doubted])
    found = [c for c, _ in cells_of(record, RULES, ON) if c.figure is Figure.SUSPICIONS]
    assert sorted((c.authority, c.kind, c.status, c.month) for c in found) == [
        ("", "death", "open", "2025-05"),
        ("", "doubted", "cleared", "2025-05"),
        ("civil_affairs", "death", "open", "2025-05"),
        ("civil_affairs", "doubted", "cleared", "2025-05"),
        ("hrss", "death", "open", "2025-05"),
    ]


def test_a_benefit_that_nobody_has_declared_is_counted_and_is_no_authoritys() -> None:
    record = a_record(entitlements=[an_entitlement("of_nobody", "2025-12-31")])
    found = list(cells_of(record, RULES, ON))
    assert {(c.level, c.authority) for c, _ in found} == {(Level.AREA, ""), (Level.BENEFIT, "")}
    assert report(found).by_authority == {}


# --- put together ------------------------------------------------------------------------------------


def in_villages(*records: PersonRecord) -> list[tuple[Cell, Amount]]:
    """Each record in a village of its own."""
    areas = (AreaCode(f"34160200100{n}") for n in range(1, 9))
    placed = (replace(r, person=a_person(area=area)) for r, area in zip(records, areas, strict=False))
    return [line for record in placed for line in cells_of(record, RULES, ON)]


def test_an_area_is_the_sum_of_what_lies_below_it() -> None:
    silent = an_entitlement(certified_until="2025-08-31", route=Route.SILENT)
    stopped = an_entitlement(ALLOWANCE, status=EntitlementStatus.SUSPENDED, stopped_from=JUNE)
    seen = resumed(InstructionState.SEEN, changed=day("2025-06-10"), fen=0)
    lines = in_villages(
        a_record(
            entitlements=[silent, stopped],
            suspicions=[a_suspicion()],
            instructions=[seen],
            recoveries=[recovery(RecoveryState.FINISHED, 15_000), recovery()],
        ),
        a_record(entitlements=[silent], instructions=[resumed(InstructionState.ISSUED)]),
    )
    told = report(lines)
    assert told.area.recipients == 2
    assert told.area.entitlements == {"active": 2, "suspended": 1}
    assert told.area.certified == {"silent": 2}
    assert (told.area.due, told.area.suspended) == (2, {"2025-06": 1})
    assert told.area.suspicions == {"death": {"open": 1}}
    assert told.area.arrears == Arrears(1, 30_000, 1, 70.0)
    assert told.area.recoveries == Recoveries(2, 1, 30_000, 15_000)
    assert {area: part.recipients for area, part in told.below.items()} == {
        "341602001001": 1,
        "341602001002": 1,
    }
    assert {code: part.recipients for code, part in told.by_authority.items()} == {
        "civil_affairs": 1,
        "hrss": 2,
    }
    assert told.by_benefit[ALLOWANCE].entitlements == {"suspended": 1}
    assert told.by_benefit[ALLOWANCE].recipients is None, "of people nothing is said by benefit"


def test_of_one_authority() -> None:
    lines = in_villages(a_record(entitlements=TWO), a_record(entitlements=TWO[:1]))
    told = report(lines, "civil_affairs")
    assert (told.area.recipients, told.area.entitlements) == (1, {"active": 1})
    assert list(told.below) == ["341602001001"]
    assert (list(told.by_authority), list(told.by_benefit)) == (["civil_affairs"], [ALLOWANCE])
