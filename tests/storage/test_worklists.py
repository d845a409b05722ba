from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

import pytest

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Case,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    MessageState,
    Month,
    PersonId,
    Proposal,
    ProposalState,
    StateName,
    StepOutcome,
    SuspicionState,
    Template,
    VisitOutcome,
)
from chalicelib.storage.dynamodb import people, tables, worklist_rows, worklists
from tests.storage.builders import AT, NUMBER, entitlement, known, message, put, suspicion, visit
from tests.workflow.crashes import each_call

pytestmark = pytest.mark.usefixtures("aws")

DUE = date(2025, 9, 30)
OPEN_CASE = Case(DUE, date(2025, 7, 2), 1, StateName.MATCH_DATA)


def filed(person_id: PersonId) -> list[date]:
    return [day for day, person in worklists.due_in(date(2099, 1, 1)) if person == person_id]


# --- who comes due -----------------------------------------------------------------------------


def test_everybody_is_filed_under_the_first_day_on_which_something_ends() -> None:
    person_id = known(entitlement(), entitlement("old_age_allowance", valid_until=date(2025, 8, 31)))
    assert list(worklists.due_in(date(2025, 8, 30))) == []
    assert list(worklists.due_in(date(2025, 8, 31))) == [(date(2025, 8, 31), person_id)]


def test_whoever_draws_nothing_any_more_is_not_filed() -> None:
    assert filed(known(entitlement(status=EntitlementStatus.TERMINATED))) == []


def test_a_renewal_leaves_the_row_where_it_is() -> None:
    person_id = known()
    put(person_id, entitlements=(entitlement(valid_until=date(2026, 6, 19)),))
    assert filed(person_id) == [DUE]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({"valid_until": DUE}, {"valid_until": date(2025, 8, 1)}, "a withdrawal moved the end back"),
        ({"status": EntitlementStatus.TERMINATED}, {"valid_until": date(2025, 8, 1)}, "drawn again"),
    ],
)
def test_an_earlier_end_is_filed(before: dict[str, Any], after: dict[str, Any], why: str) -> None:
    person_id = known(entitlement(**before))
    put(person_id, entitlements=(entitlement(**after),))
    assert filed(person_id)[0] == date(2025, 8, 1), why


def test_a_closed_case_files_its_person_anew() -> None:
    person_id = known()
    put(person_id, cases=(OPEN_CASE,))
    worklist_rows.refile(person_id, DUE, None)
    assert filed(person_id) == []
    put(person_id, entitlements=(entitlement(valid_until=date(2026, 6, 19)),))
    assert filed(person_id) == []
    put(person_id, cases=(replace(OPEN_CASE, outcome=StepOutcome.CERTIFIED),))
    assert filed(person_id) == [date(2026, 6, 19)]


def test_refiling_moves_the_row() -> None:
    person_id = known()
    worklist_rows.refile(person_id, DUE, DUE)
    assert filed(person_id) == [DUE]
    worklist_rows.refile(person_id, DUE, date(2026, 1, 1))
    assert filed(person_id) == [date(2026, 1, 1)]
    worklist_rows.refile(person_id, None, date(2025, 12, 1))
    assert filed(person_id) == [date(2025, 12, 1), date(2026, 1, 1)]


# --- rows follow their record --------------------------------------------------------------------


def test_open_cases() -> None:
    person_id = known()
    put(person_id, cases=(OPEN_CASE,))
    assert list(worklists.open_cases()) == [(person_id, DUE)]
    put(person_id, cases=(replace(OPEN_CASE, outcome=StepOutcome.CERTIFIED),))
    assert list(worklists.open_cases()) == []


@pytest.mark.parametrize(
    "over",
    [
        {"made": AT, "outcome": VisitOutcome.SEEN},
        {"cancelled": date(2025, 7, 5)},
    ],
    ids=["made", "cancelled"],
)
def test_a_pending_visit_has_a_row_and_one_that_is_over_has_none(over: dict[str, Any]) -> None:
    person_id = known()
    put(person_id, visits=(visit(),))
    (row,) = worklists.visits("341602")
    assert (row.person, row.area, row.grid, row.item) == (person_id, "341602100201", "g7", visit())
    put(person_id, visits=(visit(**over),))
    assert list(worklists.visits("341602")) == []


def test_open_suspicions() -> None:
    person_id = known()
    put(person_id, suspicions=(suspicion(), suspicion("2025-06-02")))
    assert [row.item for row in worklists.suspicions("3416")] == [suspicion(), suspicion("2025-06-02")]
    put(person_id, suspicions=(suspicion(state=SuspicionState.CLEARED),))
    assert list(worklists.open_suspicions()) == [(person_id, "death#2025-06-02")]


def test_proposals_that_wait_for_a_decision() -> None:
    person_id = known()
    pension = BenefitCode("resident_pension")
    line = Proposal(1, DUE, (pension,), {pension: DUE}, date(2025, 10, 20), ProposalState.PROPOSED)
    for state, waits in [("proposed", True), ("confirmed", True), ("approved", False), ("refused", False)]:
        put(person_id, proposals=(replace(line, state=ProposalState(state)),))
        assert [row.item.state for row in worklists.proposals("341602")] == [state] * waits


def test_instructions_until_the_payments_show_them() -> None:
    person_id = known()
    told = Instruction(
        BenefitCode("resident_pension"),
        InstructionKind.SUSPEND,
        Month("2025-11"),
        0,
        "not certified",
        InstructionState.ISSUED,
        date(2025, 10, 25),
    )
    for state in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED):
        put(person_id, instructions=(replace(told, state=state),))
        assert list(worklists.open_instructions()) == [(person_id, replace(told, state=state))]
    put(person_id, instructions=(replace(told, state=InstructionState.SEEN),))
    assert list(worklists.open_instructions()) == []


def outgoing(day: date = date(2025, 7, 1)) -> list[tuple[PersonId, str]]:
    found = worklists.outgoing(day)
    assert worklists.is_anything_outgoing(day) is bool(found)
    return [(person, message) for _, person, message in found]


def test_messages_go_by_urgency_then_by_age_and_never_before_their_day() -> None:
    one, other = known(), known(number="34160219500101002X")
    remind, stopped = message(one, day="2025-06-28"), message(other, Template.SUSPENDED)
    later = message(one, Template.CERTIFIED, day="2025-07-02")
    old = message(other, day="2025-06-01", n=2)
    put(one, messages=(remind, later))
    put(other, messages=(stopped, old))
    assert outgoing(date(2025, 5, 31)) == []
    assert outgoing() == [(other, stopped.id), (other, old.id), (one, remind.id)]
    put(other, messages=[replace(each, state=MessageState.CLAIMED) for each in (stopped, old)])
    put(other, messages=(replace(old, state=MessageState.SENT),))
    assert outgoing() == [(other, stopped.id), (one, remind.id)]


# --- areas ---------------------------------------------------------------------------------------


@pytest.fixture
def town() -> dict[str, PersonId]:
    """Visits in three villages of two counties."""
    places = ["341602100201", "341602100202", "341621100201"]
    found = {}
    for n, area in enumerate(places):
        found[area] = known(number=f"3416021950010100{n}X", area=area)
        put(found[area], visits=(visit(1, "2025-08-02"), visit(2, "2025-08-01")))
    return found


@pytest.mark.parametrize(
    ("area", "villages"),
    [
        ("", ["341602100201", "341602100202", "341621100201"]),
        ("3416", ["341602100201", "341602100202", "341621100201"]),
        ("341602", ["341602100201", "341602100202"]),
        ("341602100", ["341602100201", "341602100202"]),
        ("341602100202", ["341602100202"]),
        ("341621", ["341621100201"]),
        ("341622", []),
        ("37", []),
    ],
)
def test_a_list_holds_what_lies_below_an_area(
    town: dict[str, PersonId], area: str, villages: list[str]
) -> None:
    rows = list(worklists.visits(area))
    assert [row.area for row in rows] == [village for village in villages for _ in range(2)]
    assert [row.item.number for row in rows] == [2, 1] * len(villages), "the first due comes first"


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_add_up_to_the_whole_list(town: dict[str, PersonId], size: int) -> None:
    whole, pages, after = list(worklists.visits("3416")), [], ""
    while page := list(islice(worklists.visits("3416", after), size)):
        pages += page
        after = page[-1].place
    assert pages == whole


def test_a_place_outside_the_area_opens_nothing(town: dict[str, PersonId]) -> None:
    assert list(worklists.visits("341602", after="9")) == []
    assert len(list(worklists.visits("341621", after="341602100201#2025"))) == 2


def test_whoever_moves_takes_their_rows_along(town: dict[str, PersonId]) -> None:
    person_id = town["341602100201"]
    moved = replace(people.load(person_id).person, area=AreaCode("341622100201"))
    put(person_id, person=moved)
    assert [row.person for row in worklists.visits("341622")] == [person_id] * 2
    assert list(worklists.visits("341602100201")) == []
    assert worklists.counties() == ["341602", "341621", "341622"]


def test_rows_name_nobody(town: dict[str, PersonId]) -> None:
    assert NUMBER not in "".join(row.place for row in worklists.visits(""))


# --- whose evidence is needed now ------------------------------------------------------------------


AWAITED = [
    ({}, date(2025, 9, 29), False, "nothing ends before the day after"),
    ({}, DUE, True, "something ends on the day"),
    ({"cases": (OPEN_CASE,)}, date(2025, 1, 1), True, "a case is open"),
    ({"suspicions": (suspicion(),)}, date(2025, 1, 1), True, "a suspicion is open"),
    (
        {"suspicions": (suspicion(state=SuspicionState.CONFIRMED),)},
        date(2025, 1, 1),
        True,
        "presence after a confirmed loss would contradict it",
    ),
    (
        {"suspicions": (suspicion(state=SuspicionState.CLEARED),)},
        date(2025, 1, 1),
        False,
        "the suspicion was cleared",
    ),
]


@pytest.mark.parametrize(("items", "until", "awaited", "why"), AWAITED)
def test_whose_evidence_is_needed_now(items: dict[str, Any], until: date, awaited: bool, why: str) -> None:
    person_id = known()
    if items:
        put(person_id, **items)
    assert (person_id in worklists.awaited(until)) is awaited, why


def test_a_case_that_opens_meanwhile_is_not_missed() -> None:
    """The case's own row is there before the DUE row goes, and DUE is asked first."""
    person_id = known()
    asked = worklists.due_in

    def opens_meanwhile(until: date) -> Any:
        found = list(asked(until))
        put(person_id, cases=(OPEN_CASE,))
        worklist_rows.refile(person_id, DUE, None)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worklists, "due_in", opens_meanwhile)
        assert person_id in worklists.awaited(DUE)
    assert filed(person_id) == []
    assert person_id in worklists.awaited(date(2025, 1, 1))


def test_to_whom_somebody_is_related_is_read_alone() -> None:
    """A withdrawal names one person: of a city's relations only theirs are read."""
    father, mother, one, two = (PersonId(letter * 26) for letter in "fmab")
    for other, person in ((father, two), (father, one), (mother, one)):
        tables.put(tables.Work(f"KIN#{worklists.shard_of(other)}", f"{other}#{person}", body="{}"))
    queries: list[Mapping[str, Any]] = []
    with each_call(lambda name, asked: queries.append(asked)):
        assert worklists.recipients_of(father) == [one, two]
    [_, asked] = queries  # how rows lie is asked once
    assert "BETWEEN" in asked["KeyConditionExpression"], "not all relations of the shard"
